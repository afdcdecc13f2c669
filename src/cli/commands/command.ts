import { Option, type Command } from 'commander';

/** Runs a command to its exit status. What it needs is imported when it runs: `--version` does not wait for the checks. */
export type Run = (status: Promise<number>) => Promise<void>;

/** Adds one command, or a family of them, to the program. */
export type AddCommand = (root: Command, run: Run) => void;

/** For an option that may be repeated: `.option('--check <id>', '…', collect, [])`. */
export function collect(value: string, list: readonly string[]): readonly string[] {
  return [...list, value];
}

/** What help and docs say of an option: an empty list is no default that is worth a word. */
export function optionText({ description, defaultValue }: Option): string {
  return typeof defaultValue === 'string' ? `${description} (default ${defaultValue})` : description;
}

/** How to reach the cluster: the same options for every command that asks one. */
export const CLUSTER_OPTIONS: readonly Option[] = [
  new Option('--config <file>', 'configuration file'),
  new Option('--kubeconfig <file>', 'how to reach the cluster'),
  new Option('--context <name>', 'context of the kubeconfig'),
];
