import { Body, Controller, Get, Put, Query, UseGuards } from '@nestjs/common';
import { type AuthenticatedUser, AuthGuard, CurrentUser } from '../auth/index.js';
import { Operation, PageQuery, RateLimit, Tag } from '../platform/http/index.js';
import { AccountService } from './account.service.js';
import { HistoryResponse, ProfileResponse } from './dto/account.response.js';
import { UpdateProfileDto } from './dto/update-profile.dto.js';

/** The signed-in customer's own account. */
@Tag('Account')
@Controller('api/user')
@UseGuards(AuthGuard)
export class AccountController {
  constructor(private readonly accounts: AccountService) {}

  @Get('profile')
  @Operation({ summary: 'The account and its numbers', answer: ProfileResponse })
  profile(@CurrentUser() user: AuthenticatedUser): Promise<ProfileResponse> {
    return this.accounts.profile(user.id);
  }

  @Put('profile')
  @RateLimit('auth')
  @Operation({
    summary: 'Change address or password, confirmed with the current password',
    answer: ProfileResponse,
    errors: ['EMAIL_ALREADY_REGISTERED'],
  })
  update(@CurrentUser() user: AuthenticatedUser, @Body() body: UpdateProfileDto): Promise<ProfileResponse> {
    return this.accounts.update(user, body);
  }

  @Get('history')
  @Operation({ summary: 'Payments and render jobs, newest first', answer: HistoryResponse })
  history(@CurrentUser() user: AuthenticatedUser, @Query() query: PageQuery): Promise<HistoryResponse> {
    return this.accounts.history(user.id, query.page, query.per_page);
  }
}
