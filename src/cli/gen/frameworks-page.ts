import { Compliance } from '#engine/compliance.ts';
import type { Check } from '#model/check.ts';
import { FRAMEWORKS, type Control, type Framework } from '#model/frameworks.ts';
import { HEADER, type GeneratedFile } from './files.ts';
import { markdownTable } from './markdown.ts';

/** docs/frameworks.md: every control of every framework, and what it rests on. */
export function frameworksPage(checks: readonly Check[]): GeneratedFile {
  const compliance = new Compliance(checks);
  const sections = [
    `<!-- ${HEADER} -->`,
    '# Frameworks',
    'Which checks stand for which controls. `scan --framework ID` runs the checks of one framework; the operator says in `kubeposture_compliance_controls` how its controls stand:',
    markdownTable(['Status', 'When'], STATUSES),
    'What the configuration declares of a recommendation of CIS (`controlPlane.declaredControls`) counts where it would be unknown or manual: `notApplicable` passes.',
    'Of the Pod Security Standards a control fails for whatever breaks its level, also where it is accepted or only info, as Pod Security admission has it.',
    ...FRAMEWORKS.flatMap((framework) => sectionsOf(framework, compliance)),
  ];
  return { path: 'docs/frameworks.md', text: `${sections.join('\n\n')}\n` };
}

const STATUSES = [
  ['fail', 'A finding of one of its checks is open, of severity low or worse'],
  [
    'unknown',
    'Otherwise, if one of its checks could not judge somewhere, is switched off or is still to be written, or if what is not found proves nothing',
  ],
  ['manual', 'Nothing of it shows in the API'],
  ['pass', 'Otherwise'],
];

function sectionsOf(framework: Framework, compliance: Compliance): readonly string[] {
  const { id, title, controls } = framework;
  const rows = controls.map((control) => [
    control.id,
    control.title,
    compliance
      .checksOf(framework, control)
      .map((check) => `[${check}](checks/${check}.md)`)
      .join(', '),
    remarkOf(control),
  ]);
  return [`## ${id}`, `${title}.`, markdownTable(['Control', 'What it asks', 'Checks', 'Not covered'], rows)];
}

function remarkOf({ coverage, reason = '', awaits = [] }: Control): string {
  const missing = awaits.length === 0 ? [] : [`still to be written: ${awaits.join(', ')}`];
  return [...(coverage === undefined ? [] : [`${coverage === 'none' ? '' : 'partly: '}${reason}`]), ...missing].join(
    '; ',
  );
}
