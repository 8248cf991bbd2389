/** Completion scripts for bash and zsh, made from the commands as they are declared. */

import type { Command } from 'commander';
import { SYSCALL_CLASSES, syscallsOf } from '../abi/syscalls.ts';
import { CliError } from './errors.ts';

const flags = (command: Command): string[] => [
  ...new Set(
    [command, ...command.commands].flatMap(({ options }) =>
      options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined && flag !== null)),
    ),
  ),
];

const callNames = (): string[] => [
  ...SYSCALL_CLASSES.map((name) => `%${name}`),
  ...syscallsOf('x86-64').map(({ name }) => name),
];

/** The script for `bash` or `zsh`. Throws CliError for another shell. */
export function completion(root: Command, shell: string): string {
  if (shell === 'bash') return bash(root);
  if (shell === 'zsh') return `autoload -U +X bashcompinit && bashcompinit\n${bash(root)}`;
  throw new CliError(`no completion for '${shell}'`, 'there is one for bash and one for zsh');
}

function bash(root: Command): string {
  const cases = root.commands
    .map((command) => `      ${command.name()}) flags='${flags(command).join(' ')}' ;;`)
    .join('\n');
  return `# completion of utrace for bash
_utrace() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} flags='' list=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${root.commands.map((command) => command.name()).join(' ')} --help --version' -- "$cur"))
    return
  fi
  case $prev in
    -o|--output|--log) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --cwd) COMPREPLY=($(compgen -d -- "$cur")); return ;;
    -u|--user) COMPREPLY=($(compgen -u -- "$cur")); return ;;
    -S|--sort) COMPREPLY=($(compgen -W 'time calls errors name nothing' -- "$cur")); return ;;
    --seccomp) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --with) COMPREPLY=($(compgen -c -- "$cur")); return ;;
    -p|--pid) COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur")); return ;;
    -e|--expr|--count|=)
      [[ $cur == *,* ]] && list="\${cur%,*},"
      COMPREPLY=($(compgen -P "$list" -W '${callNames().join(' ')}' -- "\${cur##*,}")); return ;;
  esac
  if [[ $cur != -* && ( \${COMP_WORDS[1]} == ps || ( \${COMP_WORDS[1]} == join && $COMP_CWORD -eq 2 ) ) ]]; then
    COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" ps --names 2>/dev/null)" -- "$cur"))
    return
  fi
  case \${COMP_WORDS[1]} in
      sim) if [[ $cur != -* ]]; then
          if [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W 'run explore replay' -- "$cur"))
          else COMPREPLY=($(compgen -f -- "$cur")); fi
          return
        fi ;;
  esac
  case \${COMP_WORDS[1]} in
      completion) COMPREPLY=($(compgen -W 'bash zsh' -- "$cur")); return ;;
${cases}
  esac
  case $cur in
    -*) COMPREPLY=($(compgen -W "$flags --help" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -c -- "$cur")) ;;
  esac
}
complete -F _utrace utrace
`;
}
