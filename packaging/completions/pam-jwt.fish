# SPDX-License-Identifier: BSD-2-Clause
# fish completion for pam-jwt, which says itself what can follow.

function __pam_jwt_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -e words[1]
    for line in (pam-jwt --complete $words "$word" 2>/dev/null)
        switch $line
            case :file
                __fish_complete_path "$word"
            case :folder
                __fish_complete_directories "$word"
            case :user
                __fish_complete_users
            case '*'
                printf '%s\n' $line
        end
    end
end

complete -c pam-jwt -f -a '(__pam_jwt_complete)'
