/** A page that is being written. */
import { Page } from '../page/layout';

export default function Stub() {
  return <Page title="about">about</Page>;
}
