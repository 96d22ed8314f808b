# SPDX-License-Identifier: BSD-2-Clause
# GNU make. `make help` lists the targets.

VERSION = 0.1.0

# What a packager sets.
prefix      ?= /usr/local
exec_prefix ?= $(prefix)
bindir      ?= $(exec_prefix)/bin
datarootdir ?= $(prefix)/share
mandir      ?= $(datarootdir)/man
docdir      ?= $(datarootdir)/doc/pam_jwt
sysconfdir  ?= /etc
SECCONFDIR  ?= $(sysconfdir)/security
bashdir     ?= $(datarootdir)/bash-completion/completions
zshdir      ?= $(datarootdir)/zsh/site-functions
fishdir     ?= $(datarootdir)/fish/vendor_completions.d
unitdir     ?= $(prefix)/lib/systemd/system
libexecdir  ?= $(exec_prefix)/libexec
PKG_CONFIG  ?= pkg-config
STATEDIR    ?= /var/lib/pam_jwt
PAMDIR      ?= $(or $(shell $(PKG_CONFIG) --variable=libdir pam 2>/dev/null),/usr/lib)/security
INSTALL     ?= install
CC          ?= cc
CLANG       ?= clang
CFLAGS      ?= -O2 -g

# SANITIZE=1 builds everything with ASan and UBSan in a folder of its own, and
# in the form for machines whose special instructions nobody has written in.
SANITIZE ?=
ifeq ($(SANITIZE),)
BUILD    = build
HARDEN   = $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANFLAGS =
DEFS     = -Wl,-z,defs
else ifeq ($(SANITIZE),fuzz)
# For libFuzzer, which is clang's.
BUILD    = build/fuzz
override CC = $(CLANG)
HARDEN   =
SANFLAGS = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
DEFS     =
else ifeq ($(SANITIZE),coverage)
BUILD    = build/coverage
HARDEN   =
SANFLAGS = --coverage -O0 -fno-inline
DEFS     = -Wl,-z,defs
else
BUILD    = build/sanitize
HARDEN   = -DPORTABLE
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
DEFS     =
endif

WARNINGS  = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wvla -Wformat=2 -Wconversion -Wpointer-arith -Wwrite-strings -Wundef -Wimplicit-fallthrough
OUR_CPP   = -Isrc -I$(BUILD) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DSECCONFDIR='"$(SECCONFDIR)"' \
            -DSTATEDIR='"$(STATEDIR)"' -DPAMDIR='"$(PAMDIR)"'
OUR_C     = -std=c11 -fPIC $(WARNINGS) -fstack-protector-strong -fstack-clash-protection $(HARDEN) $(SANFLAGS)
OUR_LD    = -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed $(SANFLAGS)
LIBS      = -lcrypto -ljson-c -lm

# The folders of src/ that know nothing of PAM or of the command are shared
# code. The module asks, and needs no library; what a token needs is an object
# of its own, loaded when there is one. The store of Redis is another: no other
# has network code. Each takes of the shared code what it calls, so that the
# linker proves which library is in which.
SHARED_SRC = $(foreach folder,base json account keys store token login config session,$(wildcard src/$(folder)/*.c))
MODULE_SRC = src/pam/pam_jwt.c src/pam/conversation.c src/pam/counted.c src/pam/pamlog.c
TOKEN_SRC  = src/pam/pam_jwt_token.c src/pam/pamlog.c
REDIS_SRC  = $(wildcard src/store/redis/*.c)
CLI_SRC    = $(wildcard src/cli/*.c src/cli/*/*.c)
SHARED     = $(BUILD)/shared.a
# Of the three that share structs, in the order of their names.
COMMON     = $(sort $(filter-out src/cli/%,$(wildcard src/*/*.[ch] src/store/redis/*.[ch])))
# What the three have in common must be of one build: see src/base/plugin.h.
IDENTITY   = $(VERSION)-$(shell cat $(COMMON) | cksum | cut -d ' ' -f 1)
UNIT_SRC   = $(wildcard tests/unit/*.c)
FUZZERS    = $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
objects    = $(patsubst %.c,$(BUILD)/%.o,$(1))

all: $(BUILD)/pam_jwt.so $(BUILD)/pam_jwt_token.so $(BUILD)/pam_jwt_redis.so $(BUILD)/pam-jwt $(BUILD)/pam-jwt-askpass ## build the module and the command

# For a compiler whose libraries are not here to link with (musl).
objects: $(call objects,$(MODULE_SRC) $(TOKEN_SRC) $(SHARED_SRC) $(REDIS_SRC) $(CLI_SRC)) ## compile, and link nothing

build-deps: ## install what building and the demo need, and no more
	@packaging/deps build

deps: ## install what testing and packaging need too
	@packaging/deps

demo: build-deps ## log in with a token, and see three tokens refused
	@echo "demo: building (less than a minute)"
	@$(MAKE) --no-print-directory -s run-demo

run-demo: all $(BUILD)/pam_confdir.so
	@tests/demo $(BUILD)

test: all $(BUILD)/unit-tests $(BUILD)/pam_confdir.so $(BUILD)/pam_record.so $(BUILD)/faults $(BUILD)/fail.so ## run every test that this machine can run
	@$(MAKE) --no-print-directory SANITIZE=1 all build/sanitize/unit-tests build/sanitize/drive
	@if command -v $(CLANG) >/dev/null; then $(MAKE) --no-print-directory SANITIZE=fuzz fuzzers; fi
	@WITH_LINT=$(WITH_LINT) tests/run $(BUILD)

quick: all $(BUILD)/unit-tests $(BUILD)/pam_confdir.so $(BUILD)/pam_record.so ## unit tests, scenarios, corpus: under 30 s
	@tests/run $(BUILD) quick

unit: $(BUILD)/unit-tests ## one file of unit tests: make unit T=claims
	@tests/unit/run $(BUILD)/unit-tests $(T)

scenario: all $(BUILD)/pam_confdir.so $(BUILD)/pam_record.so ## one PAM scenario: make scenario S=expired
	@tests/pam/run $(BUILD) tests/pam/$(S).scenario

suite: all $(BUILD)/pam_confdir.so $(BUILD)/pam_record.so ## one suite: make suite S=ledger
	@tests/run $(BUILD) only $(S) tests/$(S)/run $(BUILD)

mutants: all ## break FILE line by line, or ALL=1 files, and print what no test notices
	@tests/mutants/run $(if $(ALL),--all,$(FILE))

fuzz: ## fuzz every parser for FUZZ_SECONDS each, from the seeds and what was found before
	@$(MAKE) --no-print-directory SANITIZE=fuzz fuzzers
	@tests/fuzz/run build/fuzz -max_total_time=$(FUZZ_SECONDS)

FUZZ_SECONDS ?= 300

fuzzers: $(FUZZERS)

bench: all ## how fast and how large, as ratios beside other libraries; PARTS="inprocess process growth memory instructions"
	@packaging/deps bench
	@tests/bench/run $(BUILD) $(PARTS)

coverage: ## how much of src/ the tests reach: lines and branches
	@$(MAKE) --no-print-directory SANITIZE=coverage CFLAGS=-g all build/coverage/unit-tests build/coverage/pam_confdir.so \
	    build/coverage/pam_record.so build/coverage/faults build/coverage/fail.so
	@tests/coverage build/coverage

check: deps ## deps, lint, test
	@$(MAKE) --no-print-directory test WITH_LINT=1

check-hosts: deps all $(BUILD)/pam_record.so ## real sshd, sudo and clients, here and in a fresh Debian 12 and 13, as root
	@tests/run $(BUILD) hosts

check-systemd: deps all ## session limit, timers and fetched keys in a systemd booted in a fresh Debian SUITE, as root
	@tests/systemd/run $(BUILD) $(SUITE)

check-packages: deps all ## packages built, checked and lived with in fresh systems, as root
	@tests/packages/run

SUITE ?= bookworm

$(SHARED): $(call objects,$(SHARED_SRC))
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/pam_jwt.so: $(call objects,$(MODULE_SRC)) $(SHARED) src/pam/pam_jwt.map
	$(CC) -shared $(OUR_LD) $(DEFS) -Wl,--version-script=src/pam/pam_jwt.map $(LDFLAGS) -o $@ $(filter %.o %.a,$^) -lpam

$(BUILD)/pam_jwt_token.so: $(call objects,$(TOKEN_SRC)) $(SHARED) src/pam/pam_jwt_token.map
	$(CC) -shared $(OUR_LD) $(DEFS) -Wl,--version-script=src/pam/pam_jwt_token.map $(LDFLAGS) -o $@ $(filter %.o %.a,$^) -lpam $(LIBS)

$(BUILD)/pam_jwt_redis.so: $(call objects,$(REDIS_SRC)) $(SHARED) src/store/redis/pam_jwt_redis.map
	$(CC) -shared $(OUR_LD) $(DEFS) -Wl,--version-script=src/store/redis/pam_jwt_redis.map $(LDFLAGS) -o $@ $(filter %.o %.a,$^) -lhiredis -lssl $(LIBS)

# Only the command fetches keys.
$(BUILD)/pam-jwt: $(call objects,$(CLI_SRC)) $(SHARED)
	$(CC) -fPIE -pie $(OUR_LD) $(LDFLAGS) -o $@ $^ -lcurl $(LIBS)

# ssh and sudo take a program without arguments.
$(BUILD)/pam-jwt-askpass: $(BUILD)/pam-jwt
	ln -sf pam-jwt $@

$(BUILD)/unit-tests: $(call objects,$(UNIT_SRC)) $(SHARED)
	$(CC) -fPIE -pie $(OUR_LD) $(LDFLAGS) -o $@ $^ $(LIBS) -lcriterion

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(call objects,tests/fuzz/second_parser.c) $(SHARED)
	$(CC) $(OUR_LD) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS) -ljansson

# A wrapper for each function of OpenSSL that the shared code calls and that can
# fail: not those that free, nor those that only say what the bytes are.
FAULTY = $(shell nm -u $(call objects,$(SHARED_SRC)) 2>/dev/null | \
    sed -nE 's/.* U ((EVP|BN|BIO|PEM|X509|ASN1|OBJ|OSSL|ECDSA|d2i|i2d)_[A-Za-z0-9_]+)$$/\1/p' | \
    grep -vE '_free$$|^X509_.*get0|^ASN1_get_object$$|^OSSL_PARAM_(construct|modified)' | sort -u)

$(BUILD)/faults: tests/faults/faults.c $(call objects,$(SHARED_SRC))
	printf 'CALL(%s)\n' $(FAULTY) >$(BUILD)/faults_calls.h
	$(CC) $(OUR_CPP) -I$(BUILD) -std=c11 -fno-builtin $(SANFLAGS) $(CFLAGS) -o $@ $^ $(FAULTY:%=-Wl,--wrap=%) -Wl,--wrap=regcomp -Wl,--wrap=strdup $(LIBS)

# What fails, and how: by NULL or 0, by -1, by a code of libcurl, by REG_ESPACE, or by PAM_BUF_ERR.
FAIL_0   = curl_easy_init curl_url curl_slist_append fdopendir readdir dlopen strdup strndup realpath popen fdopen open_memstream newlocale RAND_bytes $(addprefix json_,object_new_array \
    object_new_boolean object_new_double object_new_int64 object_new_object object_new_string object_new_string_len \
    tokener_new_ex tokener_parse tokener_parse_ex) EVP_DigestSign EVP_DigestSignInit_ex EVP_PKEY_Q_keygen \
    EVP_PKEY_get_raw_private_key EVP_PKEY_new_raw_private_key_ex EVP_PKEY_pairwise_check BIO_new \
    PEM_read_bio_PrivateKey PEM_write_bio_PKCS8PrivateKey PEM_write_bio_PUBKEY d2i_ECDSA_SIG $(FAULTY)
FAIL_1   = open openat mkostemp rename futimens utimensat mkdirat renameat unlinkat linkat flock fstat stat lstat read write fsync fchmod gethostname getpwnam_r getgrnam_r asprintf vasprintf \
    __asprintf_chk __vasprintf_chk json_object_object_add json_object_array_add
FAIL_2   = curl_global_init curl_easy_setopt curl_easy_perform curl_easy_getinfo curl_url_set curl_url_get
FAIL_12  = regcomp regexec
FAIL_PAM = pam_get_data pam_get_item pam_get_user pam_putenv pam_set_data pam_set_item pam_fail_delay

$(BUILD)/fail.so: tests/lib/fail.c $(call objects,$(SHARED_SRC))
	(printf 'CALL(%s, 0)\n' $(sort $(FAIL_0)); printf 'CALL(%s, -1)\n' $(FAIL_1); \
	    printf 'CALL(%s, 2)\n' $(FAIL_2); printf 'CALL(%s, 12)\n' $(FAIL_12); printf 'CALL(%s, 5)\n' $(FAIL_PAM)) >$(BUILD)/fail_calls.h
	$(CC) -shared -D_GNU_SOURCE -std=c11 -fPIC -fno-builtin -I$(BUILD) -o $@ $< -ldl

$(BUILD)/pam_confdir.so: tests/lib/pam_confdir.c
	@mkdir -p $(@D)
	$(CC) -shared -std=c11 -D_GNU_SOURCE -fPIC $(WARNINGS) $(CFLAGS) -o $@ $< -lpam

$(BUILD)/pam_record.so: tests/lib/pam_record.c
	$(CC) -shared -std=c11 -fPIC $(WARNINGS) $(CFLAGS) -o $@ $< -lpam

$(BUILD)/drive: tests/lib/drive.c Makefile
	$(CC) -D_GNU_SOURCE $(OUR_C) $(CFLAGS) -o $@ $< -lpam -lcrypto -lpthread

$(BUILD)/identity.h: $(COMMON) Makefile
	@mkdir -p $(@D)
	echo '#define IDENTITY "$(IDENTITY)"' >$@

$(BUILD)/src/base/plugin.o: $(BUILD)/identity.h

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(OUR_CPP) $(CPPFLAGS) $(OUR_C) -MMD -MP $(CFLAGS) -c -o $@ $<

-include $(wildcard $(addprefix $(BUILD)/,src/*/*.d src/*/*/*.d tests/unit/*.d tests/fuzz/*.d))

UNITS = $(notdir $(wildcard packaging/systemd/*))

install: all ## install under $(DESTDIR); a configuration that is there stays
	$(INSTALL) -d $(DESTDIR)$(PAMDIR) $(DESTDIR)$(bindir) $(DESTDIR)$(SECCONFDIR) \
	    $(DESTDIR)$(mandir)/man1 $(DESTDIR)$(mandir)/man5 $(DESTDIR)$(mandir)/man8 $(DESTDIR)$(docdir)/doc \
	    $(DESTDIR)$(libexecdir)/pam_jwt
	$(INSTALL) -d -m 700 $(DESTDIR)$(STATEDIR)
	$(INSTALL) -d $(DESTDIR)$(bashdir) $(DESTDIR)$(zshdir) $(DESTDIR)$(fishdir)
	$(INSTALL) -m 644 packaging/completions/pam-jwt.bash $(DESTDIR)$(bashdir)/pam-jwt
	$(INSTALL) -m 644 packaging/completions/_pam-jwt $(DESTDIR)$(zshdir)/_pam-jwt
	$(INSTALL) -m 644 packaging/completions/pam-jwt.fish $(DESTDIR)$(fishdir)/pam-jwt.fish
	$(INSTALL) -d $(DESTDIR)$(unitdir)/timers.target.wants
	for unit in $(UNITS); do \
	    sed -e 's|@bindir@|$(bindir)|' -e 's|@SECCONFDIR@|$(SECCONFDIR)|g' packaging/systemd/$$unit >$(DESTDIR)$(unitdir)/$$unit && \
	    chmod 644 $(DESTDIR)$(unitdir)/$$unit || exit 1; done
	ln -sf ../pam-jwt-clean.timer $(DESTDIR)$(unitdir)/timers.target.wants/pam-jwt-clean.timer
	$(INSTALL) -m 755 $(BUILD)/pam_jwt.so $(DESTDIR)$(PAMDIR)/pam_jwt.so
	$(INSTALL) -m 755 $(BUILD)/pam_jwt_token.so $(DESTDIR)$(PAMDIR)/pam_jwt_token.so
	$(INSTALL) -m 755 $(BUILD)/pam_jwt_redis.so $(DESTDIR)$(PAMDIR)/pam_jwt_redis.so
	$(INSTALL) -m 755 packaging/names-module $(DESTDIR)$(libexecdir)/pam_jwt/names-module
	$(INSTALL) -m 755 $(BUILD)/pam-jwt $(DESTDIR)$(bindir)/pam-jwt
	ln -sf pam-jwt $(DESTDIR)$(bindir)/pam-jwt-askpass
	$(INSTALL) -m 644 src/cli/pam-jwt.1 $(DESTDIR)$(mandir)/man1/pam-jwt.1
	ln -sf pam-jwt.1 $(DESTDIR)$(mandir)/man1/pam-jwt-askpass.1
	$(INSTALL) -m 644 conf/pam_jwt.conf.5 $(DESTDIR)$(mandir)/man5/pam_jwt.conf.5
	$(INSTALL) -m 644 src/pam/pam_jwt.8 $(DESTDIR)$(mandir)/man8/pam_jwt.8
	$(INSTALL) -m 644 README.md SECURITY.md CHANGELOG.md LICENSE $(DESTDIR)$(docdir)
	$(INSTALL) -m 644 doc/*.md $(DESTDIR)$(docdir)/doc
	PKG_CONFIG='$(PKG_CONFIG)' packaging/sbom $(VERSION) >$(DESTDIR)$(docdir)/pam_jwt.spdx
	chmod 644 $(DESTDIR)$(docdir)/pam_jwt.spdx
	test -e $(DESTDIR)$(SECCONFDIR)/pam_jwt.conf || \
	    $(INSTALL) -m 644 conf/pam_jwt.conf $(DESTDIR)$(SECCONFDIR)/pam_jwt.conf

uninstall: ## remove what install put there, but never while pam.d names it
	@packaging/names-module $(DESTDIR)
	rm -f $(addprefix $(DESTDIR)$(PAMDIR)/,pam_jwt.so pam_jwt_token.so pam_jwt_redis.so) $(DESTDIR)$(bindir)/pam-jwt \
	    $(DESTDIR)$(bindir)/pam-jwt-askpass $(DESTDIR)$(mandir)/man1/pam-jwt.1 $(DESTDIR)$(mandir)/man1/pam-jwt-askpass.1 $(DESTDIR)$(mandir)/man5/pam_jwt.conf.5 $(DESTDIR)$(mandir)/man8/pam_jwt.8
	rm -f $(UNITS:%=$(DESTDIR)$(unitdir)/%) $(DESTDIR)$(unitdir)/timers.target.wants/pam-jwt-clean.timer
	rm -f $(DESTDIR)$(bashdir)/pam-jwt $(DESTDIR)$(zshdir)/_pam-jwt $(DESTDIR)$(fishdir)/pam-jwt.fish
	rm -rf $(DESTDIR)$(docdir) $(DESTDIR)$(libexecdir)/pam_jwt

ARCHIVE = build/pam_jwt-$(VERSION).tar.gz

# What came as an archive has no commits: all of it is what was archived.
dist: ## a source archive of the last commit
	@mkdir -p build
	if [ -e .git ]; then git -c safe.directory='*' archive --format=tar --prefix=pam_jwt-$(VERSION)/ HEAD; \
	else tar --exclude=./build --exclude=__pycache__ --sort=name --owner=root:0 --group=root:0 --transform='s,^\.,pam_jwt-$(VERSION),' -c .; fi >$(ARCHIVE:.gz=)
	gzip -9nf $(ARCHIVE:.gz=)
	@echo $(ARCHIVE)

# dpkg-source takes no link: a copy of packaging/debian is the package's debian.
deb: dist ## Debian packages, under build/deb
	rm -rf build/deb && mkdir -p build/deb
	cp $(ARCHIVE) build/deb/pam-jwt_$(VERSION).orig.tar.gz
	tar -C build/deb -xf $(ARCHIVE)
	cp -r packaging/debian build/deb/pam_jwt-$(VERSION)/debian
	cd build/deb/pam_jwt-$(VERSION) && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc
	@ls build/deb/*.deb

rpm: dist ## RPM packages, under build/rpm
	rm -rf build/rpm && mkdir -p build/rpm/SOURCES
	cp $(ARCHIVE) build/rpm/SOURCES
	rpmbuild -ba --define "_topdir $(CURDIR)/build/rpm" $(RPMFLAGS) packaging/rpm/pam_jwt.spec
	@ls build/rpm/RPMS/*/*.rpm

lint: $(BUILD)/identity.h ## judge format, folders, English, C, shell, Python, manuals
	@tests/lint/run

format: ## format the sources
	find src tests -name '*.[ch]' | xargs clang-format -i

clean: ## remove what was built
	rm -rf build

help: ## print this
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: all objects build-deps deps demo run-demo test quick unit scenario suite mutants fuzz fuzzers bench coverage check check-hosts check-systemd check-packages install uninstall dist deb rpm lint format clean help
