/** The shells with a completion script. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** The name of a shell. */
export type Shell = (typeof shells)[number];

/**
 * A script that makes a shell call `modstorm complete` for completions. If it prints none, the shell offers files. In
 * bash a word is delimited by blanks, so that `--filter vcpus=` is completed as one.
 */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `_modstorm() {
  local line="\${COMP_LINE:0:COMP_POINT}" words word
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word="\${words[-1]}"
  mapfile -t COMPREPLY < <(modstorm complete -- "\${words[@]:1}" 2>/dev/null)
  # Readline replaces only what follows the last = or : of the word.
  local head="\${word%"\${word##*[=:]}"}"
  COMPREPLY=("\${COMPREPLY[@]#"$head"}")
}
complete -o bashdefault -o default -F _modstorm modstorm
`,
  zsh: `#compdef modstorm
_modstorm() {
  local -a found
  found=("\${(@f)$(modstorm complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if (( \${#found} )); then compadd -- "\${found[@]}"; else _files; fi
}
if [ "$funcstack[1]" = _modstorm ]; then _modstorm "$@"; else compdef _modstorm modstorm; fi
`,
  fish: `function __modstorm_complete
  set -l words (commandline -opc) (commandline -ct)
  modstorm complete -- $words[2..-1] 2>/dev/null
end
complete -c modstorm -f -n 'count (__modstorm_complete) >/dev/null' -a '(__modstorm_complete)'
`,
};

/** The completion script of a shell. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
