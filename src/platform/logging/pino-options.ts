import { format } from 'node:util';
import { pino, type LogFn, type LoggerOptions } from 'pino';
import type { AppConfig } from '../../config/index.js';
// Not through the room's index: that leads to the rate limits, which write to the security log.
import type { RequestContext } from '../http/request-context.js';
import { isHarmless } from './harmless-line.js';
import { redact, redactString } from './redaction/redactor.js';

/** Nest lists every module and every route at every boot: of interest to who looks for a defect in just that. */
const BOOT_DETAILS = new Set<unknown>(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/**
 * Options of the one pino logger: redaction of every line, and the request, user, endpoint, job and trace it belongs to.
 * @param context whose work a line is written for
 */
export function pinoOptions(config: AppConfig, context: RequestContext): LoggerOptions {
  return {
    level: config.log.level,
    base: { instance: config.instanceId, role: config.role, version: config.version },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    // Errors are plain data when they get here: pino's own serializer would take them for something else.
    serializers: { err: (described: unknown) => described },
    mixin: (fields) => (isHarmless(fields) ? NOTHING : contextFields(context)),
    mixinMergeStrategy: (fields, mixed) => (mixed === NOTHING ? fields : Object.assign(mixed, fields)),
    hooks: {
      logMethod(args, method, level) {
        if (isHarmless(args[0])) return method.apply(this, args);
        const demoted = level === pino.levels.values['info'] && isBootDetail(args[0]);
        const message = writeRedacted(args, (demoted ? this.debug : method).bind(this));
        if (message !== '') context.leaveTrail(pino.levels.labels[level] ?? 'info', message);
      },
    },
  };
}

const NOTHING = Object.freeze({});

function isBootDetail(fields: unknown): boolean {
  return typeof fields === 'object' && fields !== null && BOOT_DETAILS.has((fields as { context?: unknown }).context);
}

/**
 * Whatever a line is made of goes through the redactor here, so that no caller can forget it.
 * @returns the message of the line, redacted
 */
function writeRedacted(args: readonly unknown[], write: LogFn): string {
  const [first, ...rest] = args;
  if (typeof first === 'object' && first !== null) {
    const fields = redact(first instanceof Error ? { err: first } : first) as Record<string, unknown>;
    // Nest's own `Logger.error` passes on the stack that it may have been given, and was not.
    const message = rest[0] === undefined ? undefined : redactString(format(...rest));
    const shown = message ?? (first instanceof Error ? redactString(first.message) : undefined);
    write(fields, shown);
    return shown ?? (typeof fields['msg'] === 'string' ? fields['msg'] : '');
  }
  const message = redactString(format(...args));
  write(message);
  return message;
}

function contextFields(context: RequestContext): object {
  const { values } = context;
  if (values === undefined) return NOTHING;
  const { requestId, traceId, userId, endpoint, jobId, queueJobId } = values;
  if (requestId === undefined && queueJobId === undefined) return NOTHING;
  return {
    request_id: requestId,
    trace_id: traceId,
    user_id: userId,
    endpoint,
    job_id: jobId,
    queue_job_id: queueJobId,
  };
}
