import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { reportKinds } from '#cli/demo/manifests.ts';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';
import { Api } from '../../support/api.ts';
import { exceptionOf, exceptionScenarios } from '../../support/exception-scenarios.ts';
import { OperatorProcess } from '../../support/operator-process.ts';
import { deployment, reportWhere } from '../../support/operator-scenarios.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubeposture-exceptions-'));

function kubeconfigOf(sandbox: Sandbox): string {
  const kubeconfig = join(folder, `kubeconfig-${String(Math.random())}`);
  writeFileSync(kubeconfig, sandbox.kubeconfig, { mode: 0o600 });
  return kubeconfig;
}

exceptionScenarios('[integration] exceptions on the embedded server', async () => {
  const sandbox = await startSandbox({ crds: reportKinds() });
  return { kubeconfig: kubeconfigOf(sandbox), reportWrites: () => Promise.resolve(0), stop: () => sandbox.stop() };
});

describe('[integration] an installation that is older than exceptions', function () {
  this.timeout(60_000);

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('does without, and has them when their kinds are applied', async () => {
    const isOfException = (crd: object): boolean => JSON.stringify(crd).includes('exceptions.kubeposture.io');
    const crds = reportKinds();
    const sandbox = await startSandbox({ crds: crds.filter((crd) => !isOfException(crd)) });
    const kubeconfig = kubeconfigOf(sandbox);
    const api = new Api(kubeconfig);
    const operator = new OperatorProcess(['--kubeconfig', kubeconfig, '--leader-elect=false']);
    try {
      const namespace = await api.newNamespace('old');
      await api.apply(deployment(namespace, false));
      const { findings } = await reportWhere(api, namespace, (report) => report.findings.length > 0);
      expect(findings[0]?.check).to.equal('KP-POD-001');
      await operator.ready();
      await api.apply(...crds.filter(isOfException));
      await api.apply(exceptionOf(namespace));
      await reportWhere(api, namespace, (report) => JSON.stringify(report.findings[0]).includes('"suppressed"'));
    } finally {
      await operator.stop();
      api.close();
      await sandbox.stop();
    }
  });
});
