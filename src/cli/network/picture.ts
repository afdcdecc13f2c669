/** A line of a picture: from one place to another, with what may pass. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A place of a picture; those of one namespace stand together. */
export interface Vertex {
  readonly name: string;
  readonly namespace: string;
}

/** Only what means nothing to mermaid and to Graphviz. */
function word(text: string): string {
  return text.replace(/[^\w ./:*-]/g, '_');
}

function numbered(vertices: readonly Vertex[]): ReadonlyMap<string, string> {
  return new Map(vertices.map(({ name }, index) => [name, `n${String(index)}`]));
}

/** A flow chart that GitHub and many wikis draw. */
export function mermaid(vertices: readonly Vertex[], edges: readonly Edge[]): string {
  const ids = numbered(vertices);
  const shown = ({ name }: Vertex): string => `${ids.get(name) ?? ''}["${word(name)}"]`;
  const groups = [...Map.groupBy(vertices, ({ namespace }) => namespace)].map(([namespace, members], index) =>
    namespace === ''
      ? members.map((each) => `  ${shown(each)}`).join('\n')
      : `  subgraph g${String(index)}["${word(namespace)}"]\n${members.map((each) => `    ${shown(each)}`).join('\n')}\n  end`,
  );
  const lines = edges.map(
    ({ from, to, label }) => `  ${ids.get(from) ?? ''} -->|"${word(label)}"| ${ids.get(to) ?? ''}`,
  );
  return `${['flowchart LR', ...groups, ...lines].join('\n')}\n`;
}

/** A graph for Graphviz. */
export function dot(vertices: readonly Vertex[], edges: readonly Edge[]): string {
  const ids = numbered(vertices);
  const shown = ({ name }: Vertex): string => `${ids.get(name) ?? ''} [label="${word(name)}"];`;
  const groups = [...Map.groupBy(vertices, ({ namespace }) => namespace)].map(([namespace, members], index) =>
    namespace === ''
      ? members.map((each) => `  ${shown(each)}`).join('\n')
      : `  subgraph cluster_${String(index)} {\n    label="${word(namespace)}";\n${members.map((each) => `    ${shown(each)}`).join('\n')}\n  }`,
  );
  const lines = edges.map(
    ({ from, to, label }) => `  ${ids.get(from) ?? ''} -> ${ids.get(to) ?? ''} [label="${word(label)}"];`,
  );
  return `${['digraph network {', '  rankdir=LR;', '  node [shape=box];', ...groups, ...lines, '}'].join('\n')}\n`;
}
