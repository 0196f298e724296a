import { Controller, Get, UseGuards } from '@nestjs/common';
import { AdminGuard, type AuthenticatedUser, CurrentUser } from '../../../src/auth/index.js';

/** Stands for any route of administrators. */
@Controller('test/admin')
export class AdminProbeController {
  @Get()
  @UseGuards(AdminGuard)
  probe(@CurrentUser() user: AuthenticatedUser): { readonly id: string } {
    return { id: user.id };
  }
}
