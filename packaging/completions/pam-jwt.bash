# SPDX-License-Identifier: BSD-2-Clause
# bash completion for pam-jwt; what there is to complete, its --help says.

# _pam_jwt_words [COMMAND]: the commands, or the options of one.
_pam_jwt_words() {
    pam-jwt --help 2>/dev/null | awk -v wanted="$1" '
        /^  pam-jwt / { name = $2; word = wanted == "" ? $2 : name == wanted ? $3 : ""
        if (word ~ /^[a-z]+$/ && !seen[word]++) print word }
        name == wanted && wanted != "" && !/^      [a-z]/ {
            while (match($0, /--[a-z][a-z-]*/)) {
                print substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH) } }'
}

_pam_jwt() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    case $before in
    --config | --key | --out | --to | --ca | --pam | --token-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return ;;
    esac
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_pam_jwt_words)" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(_pam_jwt_words "${COMP_WORDS[1]}")" -- "$word")
    fi
}
complete -o filenames -F _pam_jwt pam-jwt
