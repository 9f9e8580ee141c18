/** A page that is being written. */
import { Page } from '../page/layout';

export default function Stub() {
  return <Page title="sign-in">sign-in</Page>;
}
