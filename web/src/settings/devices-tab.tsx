/** The devices tab: lists the sign-ins and ends them. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Globe, Monitor, Smartphone } from 'lucide-react';
import { useRef, useState } from 'react';
import { clearSignIn } from '../accounts/sign-out';
import { api, unwrap } from '../api/client';
import { isApiError } from '../api/error';
import { queryKeys } from '../api/queries';
import type { Device } from '../api/types';
import { describeError, ErrorNotice, toastError } from '../page/error-notice';
import { formatExactTime, formatRelativeTime } from '../page/format';
import { Badge } from '../ui/badge';
import { Button, ButtonLink } from '../ui/button';
import { Confirm } from '../ui/dialog';
import { Notice } from '../ui/notice';
import { Skeleton } from '../ui/skeleton';
import { toast } from '../ui/toast';
import { words } from '../words';
import { Card, TabSection } from './tab-section';

const text = words.settings.devices;
const HOUR = 3_600_000;

async function readDevices(): Promise<Device[]> {
  return (await unwrap(api.GET('/users/me/devices'))).devices;
}

export function DevicesTab() {
  const devices = useQuery({ queryKey: queryKeys.devices, queryFn: readDevices });
  // Separate from `isAsking`, because the closing dialog still shows the device.
  const [chosen, setChosen] = useState<Device>();
  const [isAsking, setIsAsking] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const signOutDevice = useSignOutDevice(() => setIsAsking(false));
  const isThis = chosen?.is_this === true;

  return (
    <TabSection title={words.settings.tabs.devices} text={text.text}>
      {devices.data !== undefined ? (
        <Card>
          <ul
            ref={list}
            tabIndex={-1}
            aria-label={words.settings.tabs.devices}
            className="divide-y divide-line-soft outline-none"
          >
            {devices.data.map((device) => (
              <Row
                key={device.device_id}
                device={device}
                onEnd={() => {
                  setChosen(device);
                  setIsAsking(true);
                }}
              />
            ))}
          </ul>
        </Card>
      ) : devices.error !== null ? (
        <ErrorNotice error={devices.error} onRetry={() => void devices.refetch()} />
      ) : (
        <DevicesSkeleton />
      )}
      <div className="mt-4">
        <Notice
          kind="info"
          actions={
            <ButtonLink to="/settings?tab=password" size="md">
              {text.changePassword}
            </ButtonLink>
          }
        >
          {text.hint}
        </Notice>
      </div>
      <Confirm
        open={isAsking}
        onOpenChange={setIsAsking}
        title={isThis ? text.endThisTitle : text.endTitle(deviceName(chosen))}
        description={isThis ? text.endThisText : text.endText}
        action={text.end}
        busy={signOutDevice.isPending && text.ending}
        onConfirm={() => chosen && signOutDevice.mutate(chosen)}
      />
    </TabSection>
  );
}

/** Signs a device out. For this device, it is a normal sign-out. */
function useSignOutDevice(onSettled: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ device_id }: Device) => {
      await unwrap(api.DELETE('/users/me/devices/{device_id}', { params: { path: { device_id } } }));
    },
    onSuccess: (_, device) => {
      if (device.is_this) return clearSignIn(client, 'signed-out');
      toast('success', text.ended, { description: deviceName(device) });
      removeDevice(device);
    },
    onError: (error, device) => {
      if (!isApiError(error, 'DEVICE_NOT_FOUND')) return toastError(error);
      const { title, next } = describeError(error);
      toast('info', title, { description: next });
      removeDevice(device);
    },
    onSettled,
  });

  function removeDevice(device: Device) {
    client.setQueryData<Device[]>(queryKeys.devices, (cached) =>
      cached?.filter((other) => other.device_id !== device.device_id),
    );
    void client.invalidateQueries({ queryKey: queryKeys.devices });
  }
}

function deviceName(device: Device | undefined): string {
  return text.name(device?.browser, device?.system);
}

function Row({ device, onEnd }: { device: Device; onEnd: () => void }) {
  const Icon = deviceIcon(device);
  const since = formatRelativeTime(new Date(device.created_at), new Date());
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <span
        aria-hidden="true"
        className="flex size-10 shrink-0 items-center justify-center rounded-md bg-hover text-dim"
      >
        <Icon size={20} strokeWidth={1.75} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 font-medium">
          {deviceName(device)}
          {device.is_this && <Badge tone="ok">{text.thisDevice}</Badge>}
        </p>
        <p className="text-sm text-dim">
          <LastUsed device={device} />
          <span aria-hidden="true"> · </span>
          <time dateTime={device.created_at} title={formatExactTime(new Date(device.created_at))}>
            {text.since(since)}
          </time>
        </p>
      </div>
      <Button aria-label={text.endLabel(deviceName(device), since)} onClick={onEnd}>
        {text.end}
      </Button>
    </li>
  );
}

/** The last use, which the server knows to the hour. */
function LastUsed({ device }: { device: Device }) {
  if (device.is_this) return <span>{text.now}</span>;
  const used = new Date(device.last_used_at);
  const now = new Date();
  const when = now.getTime() - used.getTime() < HOUR ? text.lastHour : text.used(formatRelativeTime(used, now));
  return (
    <time dateTime={device.last_used_at} title={formatExactTime(used)}>
      {when}
    </time>
  );
}

function deviceIcon({ system }: Device) {
  if (system === undefined) return Globe;
  return /android|ios|iphone|ipad/i.test(system) ? Smartphone : Monitor;
}

function DevicesSkeleton() {
  return (
    <Card className="divide-y divide-line-soft">
      <p role="status" className="sr-only">
        {words.common.loading}
      </p>
      {[0, 1].map((row) => (
        <div key={row} className="flex items-center gap-4 p-4">
          <Skeleton className="size-10 shrink-0" />
          <div className="flex flex-1 flex-col gap-2">
            <Skeleton className="h-4 w-40" />
            <Skeleton className="h-3 w-56 max-w-full" />
          </div>
          <Skeleton className="h-9 w-20 shrink-0" />
        </div>
      ))}
    </Card>
  );
}
