import { checkPages } from './check-pages.ts';
import { differingFiles, writeFiles, type GeneratedFile } from './files.ts';
import { findChecks, indexFile } from './index-file.ts';
import { crdFiles, rbacFile } from './manifests.ts';

/** Folders in which every file is generated. */
const FOLDERS = ['docs/checks', 'crds'];

async function allFiles(root: string): Promise<readonly GeneratedFile[]> {
  const found = await findChecks(root);
  return [indexFile(found), ...checkPages(found.map(({ check }) => check)), ...crdFiles(), rbacFile()];
}

/** Writes the generated files of the repository at `root`; with `check` only compares. Answers the paths that changed or would. */
export async function generate(root: string, { check }: { readonly check: boolean }): Promise<readonly string[]> {
  const files = await allFiles(root);
  return check ? differingFiles(root, files, FOLDERS) : writeFiles(root, files, FOLDERS);
}
