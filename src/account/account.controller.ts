import { Body, Controller, Get, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedUser, AuthGuard, CurrentUser } from '../auth/index.js';
import { PageQuery, RateLimit } from '../platform/http/index.js';
import { AccountService, type History, type Profile } from './account.service.js';
import { UpdateProfileDto } from './dto/update-profile.dto.js';

/** The signed-in customer's own account. */
@ApiTags('Account')
@ApiBearerAuth()
@Controller('api/user')
@UseGuards(AuthGuard)
export class AccountController {
  constructor(private readonly accounts: AccountService) {}

  @Get('profile')
  @ApiOperation({ summary: 'The account and its numbers' })
  profile(@CurrentUser() user: AuthenticatedUser): Promise<Profile> {
    return this.accounts.profile(user.id);
  }

  @Put('profile')
  @RateLimit('auth')
  @ApiOperation({ summary: 'Change address or password, confirmed with the current password' })
  update(@CurrentUser() user: AuthenticatedUser, @Body() body: UpdateProfileDto): Promise<Profile> {
    return this.accounts.update(user, body);
  }

  @Get('history')
  @ApiOperation({ summary: 'Payments and render jobs, newest first' })
  history(@CurrentUser() user: AuthenticatedUser, @Query() query: PageQuery): Promise<History> {
    return this.accounts.history(user.id, query.page, query.per_page);
  }
}
