import type { CatalogueEntry, CatalogueGroup } from './catalogue/catalogue-entry.js';
import { CATALOGUE_GROUPS } from './error-catalogue.js';

const INTRODUCTION = `# Errors

Generated from the catalogue in \`src/platform/errors\`; a test fails when the two differ.

Every response with a status of 400 or more has this body and \`Content-Type: application/json; charset=utf-8\`:

\`\`\`json
{
  "error": {
    "code": "PAYMENT_DECLINED",
    "message": "The payment was declined. Please use another means of payment.",
    "details": { "request_id": "0190f8a0-0000-7000-8000-000000000000", "reason": "insufficient_funds" },
    "timestamp": "2030-01-01T00:00:00.000Z",
    "recoverable": true
  }
}
\`\`\`

- \`code\` is stable for ever: decide by it, never by the message.
- \`message\` is a sentence for the customer.
- \`details\` always has \`request_id\`, the same as in the \`X-Request-Id\` header; the other keys are listed with each code.
- \`recoverable\` tells whether the person can do something about it: try again, use another card, send a smaller file.
- 401 comes with \`WWW-Authenticate\`, 405 with \`Allow\`, 413 with \`details.max_size_mb\`, 415 with \`details.supported_types\`, and 429 and 503 with \`Retry-After\` and the same number of seconds in \`details.retry_after\`.

"Tried again by the service" says whether the service itself repeats the operation before it gives up; "level" is the severity in logs and monitoring.
`;

/** The page about errors: one section for each group of the catalogue, one entry for each code. */
export function errorDocumentation(): string {
  const groups: readonly (readonly [string, CatalogueGroup])[] = Object.entries(CATALOGUE_GROUPS);
  return [INTRODUCTION, ...groups.map(([title, group]) => groupSection(title, group))].join('\n');
}

function groupSection(title: string, group: CatalogueGroup): string {
  const entries = Object.entries(group).map(([code, entry]) => entrySection(code, entry));
  return `## ${title}\n\n${entries.join('\n')}`;
}

function entrySection(code: string, entry: CatalogueEntry): string {
  const details = Object.entries(entry.details).map(([key, meaning]) => `- \`details.${key}\`: ${meaning}`);
  const lines = [
    `- Status ${entry.status}, recoverable: ${yesNo(entry.recoverable)}, tried again by the service: ${yesNo(entry.retryable)}, level: ${entry.level}`,
    `- Cause: ${entry.cause}`,
    `- Remedy: ${entry.remedy}`,
    ...details,
  ];
  return `### ${code}\n\n> ${entry.message}\n\n${lines.join('\n')}\n`;
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
