export { HttpModule } from './http.module.js';
export { PageQuery, pagination, type Pagination } from './pagination.js';
export { NoRateLimit, RateLimit, type StrictLimit } from './rate-limits/rate-limit.decorator.js';
export { RequestContext, type ContextValues } from './request-context.js';
export { requestIdFrom, traceIdFrom } from './request-id.js';
