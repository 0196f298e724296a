import type { ManagedProcess } from '../support/processes.js';

/** A line about a policy, as `PolicyEventLog` writes it. Which fields there are depends on the event. */
export interface PolicyLine {
  readonly time: string;
  readonly instance: string;
  readonly service: string;
  readonly policy_event: string;
  readonly operation?: string;
  readonly attempt?: number;
  readonly outcome?: string;
  readonly duration_ms?: number;
  readonly code?: string | null;
}

/** Lines that a failing cell shows of what the product said. */
const TAIL_LINES = 20;
const TAIL_LINE_LENGTH = 2_000;
/** What every line says, and nobody needs here. */
const REPEATED = /"(?:role|version|trace_id|user_id|time|method|ip|user_agent)":"[^"]*",?/g;

/** What the processes of the product print, as far as it is evidence: events of policies, warnings and errors. */
export class ProductLog {
  private policyLines: PolicyLine[] = [];
  private complaints: string[] = [];

  follow(process: ManagedProcess): void {
    process.onLine((line) => {
      if (line.includes('"policy_event":')) this.policyLines.push(JSON.parse(line) as PolicyLine);
      if (isComplaint(line)) this.complaints.push(line);
    });
  }

  /** Forgets everything: a new cell begins. */
  clear(): void {
    this.policyLines = [];
    this.complaints = [];
  }

  /** Events of one service's policies in all processes, in the order they were printed. */
  ofService(service: string): readonly PolicyLine[] {
    return this.policyLines.filter((line) => line.service === service);
  }

  /** How often a warning or error that contains `text` was printed. */
  complaintsOf(text: string): number {
    return this.complaints.filter((line) => line.includes(text)).length;
  }

  /** The last warnings and errors. */
  get tail(): string {
    return this.complaints.slice(-TAIL_LINES).map(shortened).join('\n');
  }
}

/** Warnings and worse, and what is no line of the log at all, such as the trace of a crash. Refused requests are the callers' to tell. */
function isComplaint(line: string): boolean {
  return !/"level":"(?:trace|debug|info)"|"context":"Request"|"kind":"request"/.test(line);
}

function shortened(line: string): string {
  return line.replaceAll(REPEATED, '').slice(0, TAIL_LINE_LENGTH);
}
