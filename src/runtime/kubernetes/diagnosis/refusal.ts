import type { Trouble } from './diagnosis.ts';
import { quoted } from './pod-subject.ts';

/** What an API server says that does not let a pod be, by its own sentence. */
export function classifyRefusal(
  text: string,
  namespace: string,
): { readonly trouble: Trouble; readonly what: string; readonly hint: string } {
  const account =
    /service ?account "?([^"\s]+)"? (?:was )?not found|serviceaccount "([^"]+)" not found/i.exec(text);
  if (account)
    return {
      trouble: 'service-account-missing',
      what: `service account "${(account[1] ?? account[2] ?? '').split('/').at(-1)}" does not exist in namespace "${namespace}"`,
      hint: 'create it, or name another one as `serviceAccount`',
    };
  if (/exceeded quota/i.test(text))
    return {
      trouble: 'quota',
      what: `the quota "${/exceeded quota: ([^,\s]+)/.exec(text)?.[1]}" of namespace "${namespace}" is used up (${text})`,
      hint: 'request less, wait for other pods to end, or have the quota raised',
    };
  if (/failed quota/i.test(text))
    return {
      trouble: 'quota',
      what: `a quota of namespace "${namespace}" wants more to be said (${text})`,
      hint: 'set the requests and limits that it names',
    };
  if (/violates PodSecurity/i.test(text))
    return {
      trouble: 'pod-security',
      what: `pod security of namespace "${namespace}" refuses it (${text})`,
      hint: 'take back the volumes or the patch that it names, or run in a namespace that allows them',
    };
  if (/admission webhook|calling webhook/i.test(text))
    return {
      trouble: 'webhook',
      what: `the admission webhook "${quoted(text)}" refuses it or does not answer (${text})`,
      hint: 'ask whoever runs the webhook what it wants',
    };
  if (/no PriorityClass with name/i.test(text))
    return {
      trouble: 'priority-class-missing',
      what: `priority class "${/name (\S+) was found/.exec(text)?.[1]}" does not exist`,
      hint: '`kubectl get priorityclasses` lists those that do',
    };
  return { trouble: 'refused', what: text, hint: 'change what the API server names, or have it allowed' };
}
