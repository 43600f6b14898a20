/** What `--help` says. */
export const usage = `Reads logs where they are written and brings each line to a Logboom broker once.

  logboom-agent [option…]
  logboom-agent redact --test FILE     shows FILE (- = standard input) as it would be sent, secrets masked

What to read, any of these together:
  --file PATH         a file, or all that match a quoted pattern: --file '/var/log/*.log'; repeatable
  --stdin             standard input; if that is all, the agent ends with it
  --docker            the containers of this machine's Docker engine
  --kubernetes        pods of the cluster that this pod is in or your kubeconfig names: those that name this agent,
                      or all with --set POD_MODE=all

Where to send it:
  --broker URL        the broker; https:// beyond this machine
  --agent-id ID       what the broker calls this agent
  --pak-file FILE     the file that holds its key
  --insecure          allow http:// beyond this machine

How:
  --config FILE       settings in TOML, or in YAML (.yaml, .yml); read again when it changes
  --spool-dir FOLDER  where lines wait for the broker (default /var/lib/logboom-agent)
  --min-level LEVEL   lines below it are not sent (default INFO)
  --set NAME=VALUE    any other setting, by the name of its variable; repeatable
  --dry-run           prints what it would send, a line of JSON each; needs no broker and keeps nothing
  --check-config      says what is wrong with the settings, and ends
  --print-config      prints all settings in force and where each comes from, secrets masked, and ends
  --version, --help

Options stand before variables of the environment, and these before the file. SIGHUP reads the file again, SIGTERM and
Ctrl-C stop the agent, a second one at once. Exit codes: 0 = done or stopped; 1 = failed; 2 = wrong options or settings;
128 + n = ended at once by signal n.
`
