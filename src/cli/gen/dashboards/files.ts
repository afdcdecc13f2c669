import type { GeneratedFile } from '../files.ts';
import { operationDashboard } from './operation.ts';
import { postureDashboard } from './posture.ts';

/** The Grafana dashboards as JSON. */
export function dashboardFiles(): readonly GeneratedFile[] {
  return Object.entries({ posture: postureDashboard(), operation: operationDashboard() }).map(([name, dashboard]) => ({
    path: `manifests/monitoring/${name}.json`,
    text: `${JSON.stringify(dashboard, null, 2)}\n`,
  }));
}
