export { drainOnClose } from './edge/drain.js';
export { fastifyOptions } from './edge/fastify-options.js';
export { jsonBodyParser } from './edge/json-body.js';
export { RawReplies } from './edge/raw-replies.js';
export { readRefusedBodies } from './edge/refused-bodies.js';
export {
  answerErrorsOfAllRoutes,
  captureBrokenStreams,
  keepContext,
  openRequest,
  refuseUnknownRoutes,
  serveProbesOnly,
} from './edge/request-hooks.js';
export { RouteTable } from './edge/route-table.js';
export { securityHeaders } from './edge/security-headers.js';
export { HttpModule } from './http.module.js';
export { type ApiDescription, buildApiDocument } from './openapi/api-document.js';
export { CountField, Field, IdField, TimeField } from './openapi/field.js';
export { Operation, type OperationDescription, Tag } from './openapi/operation.js';
export { BearerGuard, DATABASE_FAILURES } from './openapi/route-facts.js';
export { OptionalField } from './optional-field.js';
export { PageQuery, pagination, Pagination } from './pagination.js';
export { IsPointInTime } from './point-in-time.js';
export { NoRateLimit, RateLimit } from './rate-limits/rate-limit.decorator.js';
export { limitRequests } from './rate-limits/rate-limit.hook.js';
export { RateLimits } from './rate-limits/rate-limits.js';
export { RequestContext, type TrailLine } from './request-context.js';
export { IsWellFormedText } from './well-formed-text.js';
export { WholeNumber } from './whole-number.js';
