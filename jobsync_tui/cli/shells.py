"""The scripts by which bash, zsh and fish ask what could stand at the cursor, and how each is answered.

They are click's, but for what a person at a real shell stumbles over: ``--option=val`` is one word of which only the end is completed, a
value with a space is quoted, and a comma belongs to what it stands in.
"""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete, add_completion_class, shell_complete

from .runner import COMPLETION_VARIABLE

_BASH = r"""%(complete_func)s() {
    local current=${COMP_WORDS[COMP_CWORD]} option= type value
    # Where = does not part words for the shell, the option is part of what is replaced.
    [[ $current == --*=* ]] && option=${current%%%%=*}=
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                [[ $current == [\"\']* ]] || printf -v value %%q "$value"
                COMPREPLY+=("$option$value")
                ;;
        esac
    done < <(env COMP_WORDS="$(IFS=$'\n'; echo "${COMP_WORDS[*]}")" COMP_CWORD="$COMP_CWORD" %(complete_var)s=bash_complete "$1")
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_ZSH = r"""#compdef %(prog_name)s

%(complete_func)s() {
    local -a plain described response
    local type key description option=
    (( ! $+commands[%(prog_name)s] )) && return 1

    response=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) %(complete_var)s=zsh_complete %(prog_name)s)}")
    [[ $words[CURRENT] == --*=* ]] && option=${words[CURRENT]%%%%=*}=

    for type key description in "${(@)response}"; do
        if [[ "$type" == "plain" ]]; then
            if [[ "$description" == "_" ]]; then
                plain+=("$key")
            else
                described+=("$key:$description")
            fi
        elif [[ "$type" == "dir" ]]; then
            compset -P '--*='
            _path_files -/
        elif [[ "$type" == "file" ]]; then
            compset -P '--*='
            _path_files -f
        fi
    done

    (( $#described )) && _describe -V unsorted described -U -P "$option"
    (( $#plain )) && compadd -U -P "$option" -V unsorted -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    # A file in fpath: called by its name.
    %(complete_func)s "$@"
else
    # Where the shell's own file does not begin completion, as a new account's.
    (( $+functions[compdef] )) || { autoload -U compinit && compinit -i }
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = r"""function %(complete_func)s
    set -l token (commandline -t)
    set -l option (string match --regex -- '^--[^=]+=' "$token")
    for completion in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) COMP_CWORD="$token" %(prog_name)s)
        set -l parts (string split --max 1 "," -- $completion)
        set -l found
        # What begins with ~ is found by the home folder's name, and offered as it was begun.
        set -l path (string replace --regex '^~(?=/)' -- $HOME "$parts[2]")
        switch $parts[1]
            case dir
                set found (__fish_complete_directories $path)
            case file
                set found (__fish_complete_path $path)
            case plain
                set found $parts[2]
        end
        test "$path" = "$parts[2]"; or set found (string replace -- $HOME '~' $found)
        printf '%%s\n' "$option"$found
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class Bash(BashComplete):
    """Bash, which takes ``--option=val`` for three words."""

    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor and what there is of the one at it."""
        args, incomplete = super().get_completion_args()
        words: list[str] = []
        for word in (*args, incomplete):
            if words and words[-1].startswith("--") and (word == "=" or words[-1].endswith("=")):
                words[-1] += word
            else:
                words.append(word)
        return words[:-1], words[-1]


class Zsh(ZshComplete):
    """Zsh."""

    source_template = _ZSH


class Fish(FishComplete):
    """Fish."""

    source_template = _FISH


_KINDS: dict[str, type[ShellComplete]] = {kind.name: kind for kind in (Bash, Zsh, Fish)}


def script(shell: str, command: click.Command) -> str:
    """Return what a shell sources to complete the words of ``command``."""
    return _KINDS[shell](command, {}, "jobsync", COMPLETION_VARIABLE).source()


def answer(command: click.Command, instruction: str) -> int:
    """Print what a shell's script asks for by the variable, and return the exit code."""
    for kind in _KINDS.values():
        add_completion_class(kind)
    return shell_complete(command, {}, "jobsync", COMPLETION_VARIABLE, instruction)
