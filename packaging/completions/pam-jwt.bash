# SPDX-License-Identifier: BSD-2-Clause
# bash completion for pam-jwt, which says itself what can follow.

_pam_jwt() {
    local word=${COMP_WORDS[COMP_CWORD]} at line words=()
    # bash takes the = of --option=value for a word.
    [ "$word" != = ] || word=
    for ((at = 1; at < COMP_CWORD; at++)); do
        [ "${COMP_WORDS[at]}" = = ] || words+=("${COMP_WORDS[at]}")
    done
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
        :file) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word") ;;
        :folder) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$word") ;;
        :user) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -u -- "$word") ;;
        *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
        case $line in :file | :folder) compopt -o filenames 2>/dev/null ;; esac
        case $line in *=$'\t'*) compopt -o nospace 2>/dev/null ;; esac
    done < <(pam-jwt --complete "${words[@]}" "$word" 2>/dev/null)
}
complete -F _pam_jwt pam-jwt
