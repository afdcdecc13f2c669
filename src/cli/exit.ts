/** Exit statuses of every command (docs/cli.md). Input that could not be read (3) says more than findings do (1): what was judged is not all. */
export const EXIT = { done: 0, findings: 1, usage: 2, input: 3 } as const;

/** The command line asks for something that there is not: one line for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The input as a whole is out of reach: one line. */
export class InputFailure extends Error {
  override readonly name = 'InputFailure';
}
