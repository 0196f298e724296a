import { mountPage } from '../shared/mount-page.tsx';
import './admin.css';
import { Admin } from './admin.tsx';

mountPage(<Admin />);
