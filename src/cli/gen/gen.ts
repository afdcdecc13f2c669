import type { Command } from 'commander';
import { chartSchema } from './chart-schema.ts';
import { checkPages } from './check-pages.ts';
import { dashboardFiles } from './dashboards/files.ts';
import { cliPage } from './cli-page.ts';
import { configFiles } from './config-files.ts';
import { differingFiles, writeFiles, type GeneratedFile } from './files.ts';
import { frameworksPage } from './frameworks-page.ts';
import { findChecks, indexFiles } from './index-file.ts';
import { chartMonitoring, crdFiles, installFiles, renderedFile } from './manifests.ts';
import { metricsPage } from './metrics-page.ts';
import { permissionsPage } from './permissions-page.ts';

/** Folders in which every file is generated. */
const FOLDERS = ['docs/checks', 'crds'];

async function allFiles(root: string, program: Command): Promise<readonly GeneratedFile[]> {
  const found = await findChecks(root);
  const checks = found.map(({ check }) => check);
  const pages = [
    ...checkPages(checks),
    cliPage(program),
    ...configFiles(),
    metricsPage(),
    frameworksPage(checks),
    permissionsPage(checks),
  ];
  const dashboards = dashboardFiles();
  const install = [...installFiles(checks), ...dashboards, ...chartMonitoring(root, dashboards)];
  return [...indexFiles(found), ...pages, ...crdFiles(), ...install, chartSchema(), renderedFile(root, install)];
}

/** Writes the generated files of the repository at `root`; with `check` only compares. Answers the paths that changed or would. */
export async function generate(
  root: string,
  program: Command,
  { check }: { readonly check: boolean },
): Promise<readonly string[]> {
  const files = await allFiles(root, program);
  return check ? differingFiles(root, files, FOLDERS) : writeFiles(root, files, FOLDERS);
}
