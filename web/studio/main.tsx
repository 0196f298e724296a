import { mountPage } from '../shared/mount-page.tsx';
import './studio.css';
import { restoreDraft } from './draft/draft-store.ts';
import { Studio } from './studio.tsx';
import { CUSTOMER_WORDING } from './wording.ts';

void restoreDraft();
mountPage(<Studio />, CUSTOMER_WORDING);
