import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from '../support/api.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { Image, imageMissing, type Running } from '../support/image.ts';
import { NAMESPACE, accountKubeconfig, kustomized, type DeploymentObject } from '../support/install.ts';
import { deployment, reportWhere } from '../support/operator-scenarios.ts';
import { needControlPlane, sharedControlPlane } from '../support/shared-control-plane.ts';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dev?: true; readonly optional?: true; readonly devOptional?: true }>
  >;
}

/** Files that nobody needs to run: types, sources, maps, tests, texts, settings of tools. Licences are no such files. */
const FOR_DEVELOPERS = /\.([cm]?ts|map|md|tsbuildinfo)$|(^|\/)(tests?|__tests__|\.[^/]+)(\/|$)/i;

describe('[cluster] the image of the Dockerfile', function () {
  this.timeout(240_000);
  let image: Image | undefined;
  let running: Running | undefined;
  let plane: ControlPlane;
  let api: Api | undefined;
  let files: readonly string[];

  before(async function () {
    needControlPlane(this, { controllerManager: true, kwok: true });
    const missing = imageMissing();
    if (missing !== undefined) {
      console.log(`  image skipped: ${missing}`);
      this.skip();
    }
    plane = await sharedControlPlane(this);
    api = new Api(plane.kubeconfig);
    image = new Image();
    files = readdirSync(join(image.root, 'app'), { recursive: true, encoding: 'utf8' });
  });

  after(async () => {
    await running?.stop();
    if (image === undefined) return;
    image.remove();
    await plane.kubectl('delete', '-k', 'manifests/base', '--ignore-not-found', '--timeout=60s');
    api?.close();
  });

  it('runs as a numeric user that is not root, without a shell, and says what it is', () => {
    const { User, Entrypoint, Cmd, Labels } = image!.config;
    expect(User).to.match(/^[1-9]\d*:[1-9]\d*$/);
    expect([Entrypoint[0], Cmd]).to.deep.equal(['node', ['operator']]);
    expect(Labels).to.include({
      'org.opencontainers.image.title': 'kubeposture',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.revision': 'abc',
    });
    const template = (kustomized('manifests/base').find(({ kind }) => kind === 'Deployment') as DeploymentObject).spec
      .template.spec as unknown as {
      readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
    };
    expect(User).to.equal(
      `${String(template.securityContext.runAsUser)}:${String(template.securityContext.runAsGroup)}`,
    );
  });

  it('holds no file that only development needs', () => {
    const strange = files.filter((file) => FOR_DEVELOPERS.test(file) && !/licen[cs]e/i.test(file));
    expect(strange).to.deep.equal([]);
    expect(readdirSync(join(image!.root, 'app')).sort()).to.deep.equal([
      'LICENSE',
      'dist',
      'node_modules',
      'package.json',
    ]);
  });

  it('holds no package but those of package-lock.json that run', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
    const wanted = Object.entries(packages).filter(
      ([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true,
    );
    const there = files
      .filter((file) => /(^|\/)node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
      .map((file) => file.replace(/\/package\.json$/, ''));
    const known = new Set(wanted.map(([path]) => path));
    expect(there.filter((path) => !known.has(path))).to.deep.equal([]);
    const needed = wanted.filter(([, { optional }]) => optional !== true).map(([path]) => path);
    expect(needed.filter((path) => !there.includes(path))).to.deep.equal([]);
  });

  it('works in a pod: with the files of its ServiceAccount, against a real API server, and writes no file', async () => {
    await plane.kubectl('apply', '-k', 'manifests/base');
    const account = join(plane.dir, 'pod');
    mkdirSync(account);
    const { clusters } = JSON.parse(readFileSync(await accountKubeconfig(plane, account), 'utf8')) as {
      readonly clusters: readonly [{ readonly cluster: { readonly 'certificate-authority-data': string } }];
    };
    const certificate = clusters[0].cluster['certificate-authority-data'];
    writeFileSync(join(account, 'ca.crt'), Buffer.from(certificate, 'base64'));
    writeFileSync(join(account, 'namespace'), NAMESPACE);
    // As the kubelet gives them: readable for the container's user.
    spawnSync('chmod', ['-R', 'a+rX', account]);
    const { hostname, port } = new URL(plane.url);
    const before = touched();
    running = image!.start(
      {
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        POD_NAMESPACE: NAMESPACE,
        KUBEPOSTURE_LISTEN: '127.0.0.1:0',
      },
      // buildah does not follow the link from /var/run.
      { '/run/secrets/kubernetes.io/serviceaccount': account },
    );
    const namespace = await api!.newNamespace('image');
    await api!.apply(deployment(namespace, false));
    const { findings } = await reportWhere(api!, namespace, ({ subject }) => subject.pods === 3).catch(
      (error: unknown) => {
        throw new Error(running?.lines.join('\n'), { cause: error });
      },
    );
    expect(findings.map(({ check }) => check)).to.include('KP-POD-001');
    expect(touched()).to.deep.equal(before);
  });

  it('says how large it is', () => {
    const size = spawnSync('du', ['-sm', join(image!.root, 'app')], { encoding: 'utf8' }).stdout.split('\t')[0];
    console.log(`      what it adds to its base: ${size ?? ''} MiB, ${String(files.length)} files and folders`);
    expect(Number(size)).to.be.within(1, 100);
  });

  /** Files of the container that its user made. */
  function touched(): string {
    return spawnSync('find', [image!.root, '-xdev', '-type', 'f', '-user', '65532'], { encoding: 'utf8' }).stdout;
  }
});
