import { SetMetadata } from '@nestjs/common';

export const READABLE_IN_OUTAGE = Symbol('ReadableInOutage');

/** Opens a route of administrators to those lately let in while the database is away. Only for what changes nothing. */
export const ReadableInOutage = (): MethodDecorator => SetMetadata(READABLE_IN_OUTAGE, true);
