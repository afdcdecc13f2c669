import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportKinds } from '#cli/demo/manifests.ts';
import { startSandbox } from '#sandbox/server.ts';
import { operatorScenarios } from '../../support/operator-scenarios.ts';

operatorScenarios('[integration] the operator on the embedded server', async () => {
  const sandbox = await startSandbox({ crds: reportKinds() });
  const folder = mkdtempSync(join(tmpdir(), 'kubeposture-operator-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, sandbox.kubeconfig, { mode: 0o600 });
  return {
    kubeconfig,
    reportWrites: () => {
      const rows = Object.entries(sandbox.stats().requests);
      const writes = rows.filter(([key]) => /^(apply|create|update|patch|delete) (cluster)?securityreports$/.test(key));
      return Promise.resolve(writes.reduce((sum, [, count]) => sum + count, 0));
    },
    stop: async () => {
      rmSync(folder, { recursive: true });
      await sandbox.stop();
    },
  };
});
