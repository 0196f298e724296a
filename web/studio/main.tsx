import { mountPage } from '../shared/mount-page.tsx';
import './studio.css';
import { restoreDraft } from './draft/draft-store.ts';
import { Studio } from './studio.tsx';

void restoreDraft();
mountPage(<Studio />);
