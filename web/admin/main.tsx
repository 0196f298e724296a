import { mountPage } from '../shared/mount-page.tsx';
import './admin.css';
import { Admin } from './admin.tsx';
import { OPERATOR_WORDING } from './wording.ts';

mountPage(<Admin />, OPERATOR_WORDING);
