import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import type { ScanResult } from '#report/formats/scan.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { exceptionOf, exceptionScenarios } from '../support/exception-scenarios.ts';
import { needControlPlane, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const LIVING = { controllerManager: true, kwok: true } as const;

async function installCrds(plane: ControlPlane): Promise<void> {
  await plane.kubectl('apply', '--server-side', '--force-conflicts', '-f', 'crds');
  await plane.kubectl('wait', '--for=condition=Established', '--timeout=30s', '-f', 'crds');
}

exceptionScenarios('[cluster] exceptions on a real API server', async (context) => {
  needControlPlane(context, LIVING);
  const plane = await sharedControlPlane(context);
  await installCrds(plane);
  // It is shared: another suite may need it.
  return { kubeconfig: plane.kubeconfig, reportWrites: () => Promise.resolve(0), stop: () => Promise.resolve() };
});

describe('[cluster] who may take a risk', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let namespace = '';

  before(async function () {
    needControlPlane(this, LIVING);
    plane = await sharedControlPlane(this);
    await installCrds(plane);
    namespace = await newNamespace(plane);
    await plane.kubectl('apply', '-f', 'manifests/base/access.yaml');
    for (const role of ['view', 'edit', 'admin'])
      await plane.kubectl('create', 'rolebinding', role, '-n', namespace, `--clusterrole=${role}`, `--user=${role}er`);
    await waitFor('the aggregation', () =>
      plane
        .kubectl('auth', 'can-i', 'create', 'secex', '-n', namespace, '--as=adminer')
        .then((said) => said.includes('yes')),
    );
  });

  after(async () => {
    if (namespace === '') return;
    await plane.kubectl('delete', '-f', 'manifests/base/access.yaml');
    await plane.kubectl('delete', 'secex', '--all', '-n', namespace);
  });

  const tries = (user: string, ...args: readonly string[]): Promise<string> =>
    plane.kubectl(...args, '-n', namespace, `--as=${user}`).then(
      () => 'yes',
      (error: unknown) => (String(error).includes('Forbidden') ? 'forbidden' : String(error)),
    );
  const creates = (user: string): Promise<string> =>
    plane
      .kubectlWithInput(
        JSON.stringify(exceptionOf(namespace, {}, user)),
        'create',
        '-n',
        namespace,
        `--as=${user}`,
        '-f',
        '-',
      )
      .then(
        () => 'yes',
        (error: unknown) => (String(error).includes('Forbidden') ? 'forbidden' : String(error)),
      );

  it('who answers for the namespace takes it; others of it may read; nobody says how it stands', async () => {
    expect(await Promise.all(['adminer', 'editer', 'viewer'].map(creates))).to.deep.equal([
      'yes',
      'forbidden',
      'forbidden',
    ]);
    expect(await Promise.all(['adminer', 'editer', 'viewer'].map((user) => tries(user, 'get', 'secex')))).to.deep.equal(
      ['yes', 'yes', 'yes'],
    );
    const forged = JSON.stringify({ status: { state: 'Active', matchedFindings: 99 } });
    expect(
      await tries('adminer', 'patch', 'secex', 'adminer', '--subresource=status', '--type=merge', `--patch=${forged}`),
    ).to.equal('forbidden');
    expect(await tries('adminer', 'delete', 'secex', 'adminer')).to.equal('yes');
  });

  it('who may not read what is taken finds it open, and is told so', async () => {
    await plane.kubectl('create', 'clusterrole', 'pods-alone', '--verb=list', '--resource=pods');
    await plane.kubectl('create', 'clusterrolebinding', 'pods-alone', '--clusterrole=pods-alone', '--user=user-3');
    const { stdout } = spawnSync(
      process.execPath,
      ['src/main.ts', 'scan', '-o', 'json', '--kubeconfig', plane.userKubeconfig('user-3')],
      { encoding: 'utf8' },
    );
    const { notEvaluated } = JSON.parse(stdout) as ScanResult;
    const said = notEvaluated.filter(({ subject }) => (subject?.kind ?? '').endsWith('Exception'));
    await plane.kubectl('delete', 'clusterrolebinding,clusterrole', 'pods-alone');
    expect(said.map(({ check, reason }) => `${check} ${reason}`)).to.deep.equal([
      '* list clustersecurityexceptions.kubeposture.io: forbidden',
      '* list securityexceptions.kubeposture.io: forbidden',
    ]);
  });

  it('what is cluster-wide is not for the admin of a namespace', async () => {
    const wide = { ...exceptionOf(namespace), kind: 'ClusterSecurityException', metadata: { name: 'wide' } };
    const said = await plane
      .kubectlWithInput(JSON.stringify(wide), 'create', '--as=adminer', '-f', '-')
      .then(() => 'yes', String);
    expect(said).to.include('clustersecurityexceptions.kubeposture.io is forbidden');
  });
});
