import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';

const KUBECTL = join(process.env['KUBEBUILDER_ASSETS'] ?? '', 'kubectl');

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: 'nginx:1', ports: [{containerPort: 80}]}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.demo.example.io}
spec:
  group: demo.example.io
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd], categories: [demo]}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      additionalPrinterColumns:
        - {name: Size, type: integer, jsonPath: .spec.size}
        - {name: Color, type: string, jsonPath: .spec.color, priority: 1}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              description: What is wanted.
              properties:
                size: {type: integer, minimum: 1, description: How big it is.}
                color: {type: string, default: red}
`;
const widget = (size: string): string =>
  `{apiVersion: demo.example.io/v1, kind: Widget, metadata: {name: w}, spec: {size: ${size}}}`;

interface Line {
  readonly args: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it has to print, on either stream. */
  readonly prints: RegExp;
  readonly fails?: true;
}

const LINES: readonly Line[] = [
  { args: 'version', prints: /Server Version: v1\.36/ },
  { args: 'api-resources --categories=all', prints: /deployments +deploy +apps\/v1 +true +Deployment/ },
  { args: 'apply -f -', input: MANIFEST, prints: /deployment\.apps\/web created\ncustomresource.* created/ },
  { args: 'apply -f -', input: MANIFEST, prints: /deployment\.apps\/web unchanged/ },
  { args: 'rollout status deployment/web --timeout=10s', prints: /successfully rolled out/ },
  { args: 'get deployment web', prints: /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 / },
  { args: 'get pods -o wide -l app=web', prints: /web-\w+-\w+ +1\/1 +Running .* sandbox / },
  { args: 'get pods -l app=none', prints: /No resources found/ },
  { args: 'get all', prints: /replicaset\.apps\/web-\w+ +2 +2 +2/ },
  { args: 'get deployment web -o yaml', prints: /kind: Deployment[^]*observedGeneration: 1/ },
  { args: 'wait --for=condition=Available deployment/web --timeout=10s', prints: /condition met/ },
  {
    args: 'describe deployment web',
    prints: /2 desired \| 2 updated \| 2 total \| 2 available[^]*NewReplicaSet: +web-/,
  },
  { args: 'explain deployment.spec.replicas', prints: /FIELD: replicas <integer>/ },
  { args: 'explain widget.spec', prints: /What is wanted\.[^]*size\s+<integer>\s+How big it is\./ },
  { args: 'apply -f -', input: widget('3'), prints: /widget\.demo\.example\.io\/w created/ },
  { args: 'get wd -o wide', prints: /NAME +SIZE +COLOR\nw +3 +red/ },
  { args: 'get demo', prints: /w +3/ },
  { args: 'apply -f -', input: widget('4'), prints: /configured/ },
  { args: 'apply -f -', input: widget('0'), prints: /should be greater than or equal to 1/, fails: true },
  { args: 'apply -f -', input: widget('4, more: 1'), prints: /unknown field "spec\.more"/, fails: true },
  {
    args: 'apply --server-side -f -',
    input: widget('5'),
    prints: /conflict with "kubectl-client-side-apply"/,
    fails: true,
  },
  { args: 'apply --server-side --force-conflicts -f -', input: widget('5'), prints: /serverside-applied/ },
  { args: 'patch wd w --type=json -p [{"op":"replace","path":"/spec/size","value":7}]', prints: /patched/ },
  { args: 'patch wd w --type=merge -p {"spec":{"color":"blue"}}', prints: /patched/ },
  { args: 'label wd w tier=gold', prints: /labeled/ },
  { args: 'annotate wd w note=x', prints: /annotated/ },
  { args: 'edit wd w', env: { KUBE_EDITOR: 'sed -i s/blue/green/' }, prints: /edited/ },
  { args: 'get wd w -o jsonpath={.spec.color}{.spec.size}{.metadata.labels.tier}', prints: /green7gold/ },
  { args: 'wait --for=jsonpath={.spec.size}=7 wd/w --timeout=5s', prints: /condition met/ },
  { args: 'set image deployment/web web=nginx:2', prints: /image updated/ },
  { args: 'rollout status deployment/web --timeout=10s', prints: /successfully rolled out/ },
  { args: 'rollout undo deployment/web', prints: /rolled back/ },
  { args: 'scale deployment/web --replicas=3', prints: /scaled/ },
  { args: 'create deployment other --image=busybox', prints: /created/ },
  { args: 'create namespace team', prints: /created/ },
  { args: 'create secret generic s --from-literal=k=v', prints: /created/ },
  { args: 'get secret s -o jsonpath={.data.k}', prints: /dg==/ },
  { args: 'expose deployment web --port=80', prints: /exposed/ },
  { args: 'run tmp --image=busybox --env=A=1', prints: /created/ },
  { args: 'auth can-i list pods', prints: /yes/ },
  {
    args: 'get widgets.demo.example.io nothing',
    prints: /widgets\.demo\.example\.io "nothing" not found/,
    fails: true,
  },
  { args: 'logs tmp', prints: /does not serve pods\/log/, fails: true },
  { args: 'delete deployment web --wait', prints: /deleted/ },
  { args: 'delete namespace team --wait --timeout=10s', prints: /deleted/ },
  { args: 'delete crd widgets.demo.example.io', prints: /deleted/ },
  {
    args: 'get wd',
    prints: /the server doesn't have a resource type|could not find the requested resource/,
    fails: true,
  },
];

describe('[integration] sandbox: a real kubectl', function () {
  this.timeout(30_000);
  let sandbox: Sandbox | undefined;
  let dir = '';

  before(async function () {
    if (!existsSync(KUBECTL)) {
      console.log('      no kubectl in KUBEBUILDER_ASSETS');
      this.skip();
    }
    sandbox = await startSandbox();
    dir = mkdtempSync(join(tmpdir(), 'sandbox-kubectl-'));
    writeFileSync(join(dir, 'kubeconfig'), sandbox.kubeconfig);
  });
  after(async () => {
    await sandbox?.stop();
    if (dir !== '') rmSync(dir, { recursive: true, force: true });
  });

  const run = async ({ args, input, env }: Line): Promise<{ readonly failed: boolean; readonly printed: string }> => {
    const child = spawn(KUBECTL, ['--cache-dir', join(dir, 'cache'), ...args.split(' ')], {
      env: { ...process.env, KUBECONFIG: join(dir, 'kubeconfig'), ...env },
    });
    child.stdin.end(input ?? '');
    const exit = once(child, 'exit');
    const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await exit) as [number];
    return { failed: code !== 0, printed: out + error };
  };

  for (const line of LINES)
    it(`kubectl ${line.args}`, async () => {
      const { failed, printed } = await run(line);
      expect(printed).to.match(line.prints);
      expect(failed).to.equal(line.fails === true);
    });

  it('kubectl get -w', async () => {
    const child = spawn(KUBECTL, ['get', 'configmaps', '-w', '--output-watch-events'], {
      env: { ...process.env, KUBECONFIG: join(dir, 'kubeconfig') },
    });
    const seen = new Promise<void>((resolve, reject) => {
      let printed = '';
      child.stdout.on('data', (part: Buffer) => {
        printed += part.toString();
        if (/ADDED +watched +1/.test(printed)) resolve();
      });
      child.on('exit', () => {
        reject(new Error(`kubectl ended: ${printed}`));
      });
    });
    await sandbox?.load([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'watched' }, data: { a: '1' } }]);
    await seen;
    child.removeAllListeners('exit');
    child.kill();
    await once(child, 'exit');
  });
});
