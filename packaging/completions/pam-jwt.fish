# SPDX-License-Identifier: BSD-2-Clause
# fish completion for pam-jwt; what there is to complete, its --help says.

# The commands, or the options of the one in $argv.
function __pam_jwt_words
    pam-jwt --help 2>/dev/null | awk -v wanted="$argv" '
        /^  pam-jwt / { name = $2; word = wanted == "" ? $2 : name == wanted ? $3 : ""
        if (word ~ /^[a-z]+$/ && !seen[word]++) print word }
        name == wanted && wanted != "" && !/^      [a-z]/ {
            while (match($0, /--[a-z][a-z-]*/)) {
                print substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH) } }'
end

complete -c pam-jwt -n '__fish_use_subcommand' -f -a '(__pam_jwt_words)'
complete -c pam-jwt -n 'not __fish_use_subcommand' -a '(__pam_jwt_words (commandline -opc)[2])'
