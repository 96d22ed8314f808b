# SPDX-License-Identifier: BSD-2-Clause
"""Lists the mutants of a C file: small changes of one place each, found in
clang's syntax tree, so that each of them still compiles more often than not."""
import json, os, re, subprocess

SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "+": "-", "-": "+"}
COMPARISONS = ("&&", "||", "==", "!=", "<", ">", "<=", ">=")
WIPES = re.compile(r"(explicit_bzero|OPENSSL_cleanse|OPENSSL_clear_free|secret_free\w*|\w*wipe\w*)\(")


def syntax_tree(root, path, flags):
    out = subprocess.run(["clang", *flags, "-fsyntax-only", "-w", "-Xclang", "-ast-dump=json", path],
                         cwd=root, capture_output=True, check=True).stdout
    return json.loads(out)


def is_boolean(node):
    while node.get("kind") in ("ImplicitCastExpr", "ParenExpr"):
        node = node["inner"][0]
    if node.get("kind") == "BinaryOperator":
        return node.get("opcode") in COMPARISONS
    return node.get("kind") == "CallExpr" and node.get("type", {}).get("qualType") in ("_Bool", "bool")


class Mutants:
    def __init__(self, root, path, flags):
        with open(os.path.join(root, path)) as file:
            self.source = file.read()
        self.path, self.found, self.function = path, {}, ""
        for node in syntax_tree(root, path, flags).get("inner", []):
            self.look_at_definition(node)
        self.look_at_macros()

    def look_at_definition(self, node):
        bodies = [part for part in node.get("inner", []) if part.get("kind") == "CompoundStmt"]
        span = self.span(node) if node["kind"] == "FunctionDecl" and bodies else None
        if span is None or "includedFrom" in json.dumps(node.get("loc", {})):
            return
        head = self.source[span[0]:span[1]].partition("{")[0]
        if re.search(r"\b" + node["name"] + r"\s*\(", head):
            self.function = node["name"]
            for body in bodies:
                self.walk(body, None)

    def look_at_macros(self):
        for match in re.finditer(r"^#\s*define (\w+)\s+(\(?)(\d+)\b", self.source, re.M):
            self.function = match[1]
            self.add("constant", match.start(3), match.end(3), str(int(match[3]) + 1))

    @staticmethod
    def place(location):
        """Where a location is in the file itself, at the use of a macro."""
        return location.get("expansionLoc", location)

    def span(self, node):
        """First and last offset of a node, or None."""
        begin, end = (self.place(node.get("range", {}).get(name, {})) for name in ("begin", "end"))
        if begin.get("offset") is None or end.get("offset") is None or "includedFrom" in begin:
            return None
        stop = end["offset"] + end.get("tokLen", 0)
        if "expansionLoc" in node["range"]["end"]:
            stop = self.end_of_call(stop)
        return begin["offset"], stop

    def end_of_call(self, stop):
        """Behind the arguments of a macro, if there are any."""
        if not re.match(r"\s*\(", self.source[stop:stop + 5]):
            return stop
        depth = 0
        for at in range(stop, len(self.source)):
            depth += {"(": 1, ")": -1}.get(self.source[at], 0)
            if depth == 0 and self.source[at] == ")":
                return at + 1
        return stop

    def add(self, operator, start, stop, new):
        old = self.source[start:stop]
        if old != new:
            line = self.source.count("\n", 0, start) + 1
            self.found.setdefault((start, stop, new), {"file": self.path, "function": self.function, "line": line, "operator": operator,
                                                       "start": start, "stop": stop, "old": old, "new": new})

    def operator_span(self, left, right, code):
        a, b = self.span(left), self.span(right)
        if a is None or b is None:
            return None
        between = self.source[a[1]:b[0]]
        at = between.find(code)
        if at < 0 or not re.fullmatch(r"[\s)]*", between[:at]) or not re.fullmatch(r"[\s(]*", between[at + len(code):]):
            return None
        return a[1] + at, a[1] + at + len(code)

    def binary(self, node, parts, parent):
        code = node["opcode"]
        where = self.operator_span(*parts, code) if code in SWAPS else None
        if where:
            self.add("swap", *where, SWAPS[code])
        if code in ("&&", "||"):
            for part in parts:
                span = self.span(part)
                if span and not (part["kind"] == "BinaryOperator" and part.get("opcode") == code):
                    self.add("drop-term", *span, "1" if code == "&&" else "0")
        if code == "=" and parent and parent.get("kind") == "CompoundStmt" and self.span(node):
            self.add("drop-assignment", *self.span(node), "(void)0")

    def condition(self, parts):
        span = self.span(parts[0]) if parts else None
        if span:
            text = self.source[span[0]:span[1]]
            self.add("if-never", *span, f"0 && ({text})")
            self.add("if-always", *span, f"1 || ({text})")

    def answer(self, parts):
        span = self.span(parts[0]) if parts else None
        if span is None:
            return
        text = self.source[span[0]:span[1]]
        if "REASON_" in text and "REASON_OK" not in text and "?" not in text:
            self.add("return-ok", *span, "REASON_OK")
        elif text in ("true", "false"):
            self.add("return-flip", *span, "false" if text == "true" else "true")
        elif re.fullmatch(r"PAM_[A-Z_]+", text) and text != "PAM_SUCCESS":
            self.add("return-ok", *span, "PAM_SUCCESS")
        elif is_boolean(parts[0]):
            self.add("return-true", *span, f"1 || ({text})")

    def call(self, node, parent):
        span = self.span(node)
        kind = parent.get("kind") if parent else ""
        if span and (kind == "CompoundStmt" or kind in ("IfStmt", "ForStmt", "WhileStmt") and node is not parent["inner"][0]):
            wipe = WIPES.match(self.source[span[0]:span[1]])
            self.add("drop-wipe" if wipe else "drop-call", *span, "(void)0")

    def number(self, node):
        span = self.span(node)
        if span and "expansionLoc" not in node["range"]["begin"] and re.fullmatch(r"\d+|0x[0-9a-fA-F]+", self.source[span[0]:span[1]]):
            text = self.source[span[0]:span[1]]
            value = int(text, 8) if re.fullmatch(r"0[0-7]+", text) else int(text, 0)
            self.add("constant", *span, str(value + 1))

    def walk(self, node, parent):
        kind = node.get("kind")
        parts = [part for part in node.get("inner", []) if part.get("kind")]
        if kind == "BinaryOperator" and len(parts) == 2:
            self.binary(node, parts, parent)
        elif kind == "IfStmt":
            self.condition(parts)
        elif kind == "ReturnStmt":
            self.answer(parts)
        elif kind == "CallExpr":
            self.call(node, parent)
        elif kind == "IntegerLiteral":
            self.number(node)
        elif kind == "UnaryOperator" and node.get("opcode") == "!":
            span = self.span(node)
            if span and self.source[span[0]] == "!":
                self.add("drop-not", span[0], span[0] + 1, "")
        for part in parts:
            self.walk(part, node)


def mutants(root, path, flags):
    """All mutants of ROOT/PATH, in the order of the file. Of several in a function
    that read alike, the second is of "function#2", and so on."""
    found = sorted(Mutants(root, path, flags).found.values(), key=lambda m: (m["start"], m["stop"], m["new"]))
    seen = {}
    for mutant in found:
        alike = mutant["function"], mutant["operator"], " ".join(mutant["old"].split()), " ".join(mutant["new"].split())
        seen[alike] = seen.get(alike, 0) + 1
        if seen[alike] > 1:
            mutant["function"] += f"#{seen[alike]}"
    return found
