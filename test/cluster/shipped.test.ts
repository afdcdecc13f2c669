/** Our tables of what every API server brings along are what the real one has. */
import { expect } from 'chai';
import { isShipped } from '#analysis/rbac/shipped.ts';
import { isNamespaced } from '#facts/api-resources.ts';
import { isMarkedDefault, isShippedBinding, shippedRules } from '#facts/shipped.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Discovery } from '#kube/discovery.ts';
import { loadCluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

describe('[cluster] what an API server ships', () => {
  let plane: ControlPlane;

  before(async function () {
    plane = await sharedControlPlane(this);
    await waitFor('the default roles', async () =>
      (await plane.kubectl('get', 'clusterrolebindings', '-o', 'name')).includes('system:volume-scheduler'),
    );
  });

  async function all<K extends 'ClusterRole' | 'Role' | 'ClusterRoleBinding' | 'RoleBinding'>(
    kind: K,
  ): Promise<readonly ReturnType<typeof shrink<K>>[]> {
    const text = await plane.kubectl(
      'get',
      kind,
      '-A',
      '-l',
      'kubernetes.io/bootstrapping=rbac-defaults',
      '-o',
      'json',
    );
    return (JSON.parse(text) as { readonly items: readonly Raw[] }).items.map((item) => shrink(kind, item));
  }

  it('its roles are known with their rules, and recognised', async () => {
    const roles = [...(await all('ClusterRole')), ...(await all('Role'))];
    expect(roles.length).to.be.above(70);
    const strange = roles.filter((role) => !isMarkedDefault(role) || !isShipped(role));
    expect(strange.map(({ metadata }) => metadata.name)).to.deep.equal([]);
    // Aggregated ones are filled in by a controller, which may still be at it.
    for (const { kind, metadata, rules } of roles.filter((role) => !('aggregationRule' in role)))
      expect(rules, metadata.name).to.deep.equal(shippedRules(kind, metadata.namespace, metadata.name));
  });

  it('its bindings are recognised', async () => {
    const bindings = [...(await all('ClusterRoleBinding')), ...(await all('RoleBinding'))];
    expect(bindings.length).to.be.above(50);
    expect(bindings.filter((binding) => !isShippedBinding(binding)).map(({ metadata }) => metadata.name)).to.deep.equal(
      [],
    );
  });

  it('its resources have a namespace or none as we have it, and as discovery tells us', async () => {
    const own = (namespaced: boolean): Promise<string> =>
      plane.kubectl('api-resources', `--namespaced=${String(namespaced)}`, '-o', 'name');
    const rows = [true, false].map(async (namespaced) =>
      (await own(namespaced))
        .split('\n')
        .filter((line) => line !== '' && !/kubeposture\.io$|example|kwok/.test(line))
        .map((line) => ({ line, namespaced })),
    );
    const told = (await Promise.all(rows)).flat();
    expect(told.length).to.be.above(50);
    const others = told.filter(({ line, namespaced }) => {
      const [, resource = '', group = ''] = /^([^.]+)\.?(.*)$/.exec(line) ?? [];
      const known = isNamespaced(group, resource);
      return known !== undefined && known !== namespaced;
    });
    expect(others).to.deep.equal([]);
    const transport = new Transport({
      cluster: loadCluster({ kubeconfig: plane.kubeconfig, userAgent: 'tests/1.0' }),
    });
    const { resources = [] } = await new Discovery(transport).served([]).finally(() => {
      transport.close();
    });
    const discovered = resources.map(({ group, plural, namespaced }) => ({ line: `${plural}.${group}`, namespaced }));
    // The core group is in none of the answers, and kubectl passes over what cannot be listed.
    const listed = told.filter(({ line }) => line.includes('.'));
    expect(discovered).to.include.deep.members(listed);
  });
});
