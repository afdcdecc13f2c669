import { expect } from 'chai';
import { isSafeToRead, normalPath, riskOf } from '#facts/host-path.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { pssLevelOf } from '#facts/pss.ts';

const NORMAL: Readonly<Record<string, string>> = {
  '/': '/',
  '': '/',
  '//var//log/': '/var/log',
  '/srv/./data/../../etc': '/etc',
  '/../etc': '/etc',
  'etc/passwd': '/etc/passwd',
  '/Etc': '/Etc',
  'C:\\': '/',
  'c:\\ProgramData\\Docker': '/programdata/docker',
  'C:/Windows': '/windows',
  '\\\\.\\pipe\\docker_engine': '/pipe/docker_engine',
};

const RISKS: readonly (readonly [path: string, risk: string | undefined])[] = [
  ['/', 'rootFs'],
  ['/var', 'runtimeSocket'],
  ['/var/run', 'runtimeSocket'],
  ['/run/containerd', 'runtimeSocket'],
  ['/opt/x/crio.sock', 'runtimeSocket'],
  ['/srv/azure.json', 'cloudCredentials'],
  ['/srv/.config/gcloud/x', 'cloudCredentials'],
  ['/srv/.config', undefined],
  ['/srv/azure.json.bak', undefined],
  ['/var/lib', 'kubeletDir'],
  ['/var/lib/kubelet/pods/1', 'kubeletDir'],
  ['/etc', 'etcdOrPki'],
  ['/etc/kubernetes/pki/ca.key', 'etcdOrPki'],
  ['/var/lib/etcd-backup', undefined],
  ['/var/log/pods', 'logDir'],
  ['/usr', 'other'],
  ['/usr/local', 'other'],
  ['/usr/share', undefined],
  ['/opt', 'other'],
  ['/opt/cni', 'other'],
  ['/opt/shop', undefined],
  ['/dev/kvm', 'other'],
  ['/mnt', undefined],
];

describe('[unit] host path', () => {
  for (const [path, normal] of Object.entries(NORMAL)) {
    it(`"${path}" is ${normal}`, () => {
      expect(normalPath(path)).to.equal(normal);
    });
  }

  for (const [path, risk] of RISKS) {
    it(`${path} gives away ${risk ?? 'nothing'}`, () => {
      expect(riskOf(path, DEFAULT_PARAMETERS)).to.equal(risk);
    });
  }

  it('is safe to read for some, with what lies below', () => {
    const paths = ['/etc/ssl/certs', '/etc/ssl/certs/ca.pem', '/etc/ssl', '/lib/modules', '/etc/localtime2'];
    expect(paths.map((path) => isSafeToRead(path, DEFAULT_PARAMETERS))).to.deep.equal([true, true, false, true, false]);
  });
});

describe('[unit] Pod Security level', () => {
  it('is the strictest that no problem breaks', () => {
    expect([
      pssLevelOf([]),
      pssLevelOf([{}]),
      pssLevelOf([{ pss: 'restricted' }, {}]),
      pssLevelOf([{ pss: 'restricted' }, { pss: 'baseline' }]),
    ]).to.deep.equal(['restricted', 'restricted', 'baseline', 'privileged']);
  });

  it('is what the owner of the cluster says', () => {
    const places = { ...DEFAULT_PARAMETERS, sensitiveHostPaths: ['/srv/keys/*', '/data'], runtimeSockets: ['vm.sock'] };
    const paths = ['/srv/keys/a', '/srv', '/data', '/data/a', '/opt/vm.sock', '/etc', '/'];
    expect(paths.map((path) => riskOf(path, places))).to.deep.equal([
      'other',
      'other',
      'other',
      undefined,
      'runtimeSocket',
      undefined,
      'rootFs',
    ]);
  });
});
