export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** Each asks `logboom __complete` what may stand there, so that they never fall behind. A first line `:files` means files. */
const scripts: Record<Shell, string> = {
  bash: `# bash completion of logboom: source <(logboom completion bash)
_logboom() {
  local line cur words
  cur="\${COMP_LINE:0:COMP_POINT}"
  read -ra words <<< "$cur"
  [[ "$cur" == *[[:space:]] ]] && words+=("")
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then compopt -o default; continue; fi
    # readline has cut the word at its = and :
    case "\${words[\${#words[@]}-1]}" in
      *=*) [[ "$COMP_WORDBREAKS" == *=* ]] && line="\${line#*=}" ;;
    esac
    COMPREPLY+=("$line")
  done < <(logboom __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _logboom logboom
`,
  zsh: `#compdef logboom
# zsh completion of logboom: source <(logboom completion zsh), after compinit
_logboom() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then _files; continue; fi
    found+=("$line")
  done < <(logboom __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && compadd -- "\${found[@]}"
}
compdef _logboom logboom
`,
  fish: `# fish completion of logboom: logboom completion fish | source
function __logboom_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (logboom __complete -- $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c logboom -f -a '(__logboom_complete)'
`,
}

export function shellScript(shell: Shell): string {
  return scripts[shell]
}
