import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { NoRateLimit } from '../rate-limits/rate-limit.decorator.js';
import { BearerGuard, routeFacts } from './route-facts.js';

class Order {
  readonly id!: string;
}

class Filter {
  readonly page!: number;
}

@BearerGuard('UNAUTHORIZED', 'TOKEN_EXPIRED')
class Guard {
  canActivate(): boolean {
    return true;
  }
}

class OtherGuard {
  canActivate(): boolean {
    return true;
  }
}

@Controller()
class Orders {
  @Post()
  @UseGuards(Guard)
  create(@Body() order: Order): Order {
    return order;
  }

  @Post('search')
  @HttpCode(200)
  @UseGuards(OtherGuard)
  search(@Query() filter: Filter): Filter {
    return filter;
  }

  @Get()
  @NoRateLimit()
  count(): number {
    return 0;
  }
}

@Controller()
@UseGuards(Guard)
class GuardedOrders {
  @Get()
  list(): readonly Order[] {
    return [];
  }
}

describe('routeFacts', () => {
  it('reads off a route that creates: 201, its body, its guard and their errors', () => {
    expect(routeFacts(Orders.prototype, 'create')).toEqual({
      successStatus: 201,
      guarded: true,
      limited: true,
      validated: [Order],
      errors: [
        'BAD_REQUEST',
        'REQUEST_TIMEOUT',
        'PAYLOAD_TOO_LARGE',
        'UNSUPPORTED_MEDIA_TYPE',
        'UNAUTHORIZED',
        'TOKEN_EXPIRED',
        'VALIDATION_ERROR',
        'RATE_LIMIT_EXCEEDED',
        'INTERNAL_SERVER_ERROR',
      ],
    });
  });

  it('takes a status that is given, a query for what is validated, and a guard without tokens for none', () => {
    expect(routeFacts(Orders.prototype, 'search')).toEqual({
      successStatus: 200,
      guarded: false,
      limited: true,
      validated: [Filter],
      errors: ['VALIDATION_ERROR', 'RATE_LIMIT_EXCEEDED', 'INTERNAL_SERVER_ERROR'],
    });
  });

  it('knows routes that are exempt from the limits, and guards of a whole controller', () => {
    expect(routeFacts(Orders.prototype, 'count')).toMatchObject({
      limited: false,
      errors: ['INTERNAL_SERVER_ERROR'],
    });
    expect(routeFacts(GuardedOrders.prototype, 'list')).toMatchObject({ guarded: true, successStatus: 200 });
  });
});
