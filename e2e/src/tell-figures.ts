/** Prints what a run did, for whoever reads its output: what was killed how often, how much was stored. */
export function tellFigures(scenario: string, figures: Record<string, unknown>): void {
  process.stdout.write(`${scenario}: ${JSON.stringify(figures)}\n`)
}
