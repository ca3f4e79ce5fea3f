// Who can be asked for text: which is the usual one, its model and address, its key by its last letters, and whether it
// answers now. A key goes in and is never shown.
import { Button, Modal, PasswordInput, Stack, Table, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { $api, api } from "../../api/client.ts";
import { ApiFault } from "../../api/fault.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { Chip } from "../../design/conversation.tsx";
import { Status, View } from "../../design/states.tsx";
import styles from "./providers.module.css";

type Provider = components["schemas"]["Provider"];

function keyWords({ api_key: key, key_source: source, needs_key: needs }: Provider): string {
  if (key !== null) return `${key} (${source})`;
  return needs ? "none" : "needs none";
}

/** Asks for its models: the cheapest question that shows whether it answers. */
function Test({ name }: { name: string }) {
  const test = useMutation({
    mutationFn: async () => {
      const params = { path: { provider: name } };
      const { data } = await api.GET("/api/providers/{provider}/models", { params });
      if (data?.available !== true) throw new Error(data?.error ?? "it does not answer");
      return data.models.length;
    },
  });
  return (
    <div className={styles.test}>
      <Button
        size="compact-xs"
        variant="default"
        loading={test.isPending}
        onClick={() => test.mutate()}
      >
        Test
      </Button>
      <span role="status">
        {test.isSuccess && <Status of="completed" word={`answers, ${test.data} models`} />}
        {test.isError && <span className={styles.failed}>{ApiFault.of(test.error).message}</span>}
      </span>
    </div>
  );
}

function Form({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const [model, setModel] = useState(provider.model ?? "");
  const [address, setAddress] = useState(provider.base_url ?? "");
  const [key, setKey] = useState("");
  const save = useChange(
    async () => {
      const changed = address !== (provider.base_url ?? "");
      const body = {
        provider: provider.name,
        model: model === "" ? null : model,
        ...(changed && { base_url: address === "" ? null : address }),
        ...(key !== "" && { api_key: key }),
      };
      return await api.POST("/api/providers/configure", { body });
    },
    {
      touches: ["/api/providers", "/api/settings"],
      done: () => `${provider.name} is now the default`,
      onDone: onClose,
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Model"
          placeholder="Its default"
          value={model}
          onChange={({ currentTarget }) => setModel(currentTarget.value)}
        />
        <TextInput
          label="Address"
          placeholder="Its default"
          value={address}
          onChange={({ currentTarget }) => setAddress(currentTarget.value)}
        />
        {provider.needs_key && (
          <PasswordInput
            label="Key"
            description="Stored in the system's keychain, or in a file that only you can read."
            placeholder={provider.api_key ?? "none"}
            autoComplete="off"
            value={key}
            onChange={({ currentTarget }) => setKey(currentTarget.value)}
          />
        )}
        <Button type="submit" loading={save.isPending}>
          Use {provider.name}
        </Button>
      </Stack>
    </form>
  );
}

export function Providers() {
  const providers = $api.useQuery("get", "/api/providers", {});
  const [open, setOpen] = useState<Provider>();
  return (
    <View query={providers} lines={6}>
      {(found) => (
        <>
          <Table.ScrollContainer minWidth={620}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Provider</Table.Th>
                  <Table.Th>Model</Table.Th>
                  <Table.Th>Key</Table.Th>
                  <Table.Th>Answers</Table.Th>
                  <Table.Th>Change</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.map((provider) => (
                  <Table.Tr key={provider.name}>
                    <Table.Td>
                      <strong>{provider.name}</strong>{" "}
                      {provider.is_current && <Chip tone="accent">usual</Chip>}
                      <div className={styles.about}>{provider.about}</div>
                    </Table.Td>
                    <Table.Td>{provider.model ?? "–"}</Table.Td>
                    <Table.Td>{keyWords(provider)}</Table.Td>
                    <Table.Td>
                      <Test name={provider.name} />
                    </Table.Td>
                    <Table.Td>
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`Set up ${provider.name}`}
                        onClick={() => setOpen(provider)}
                      >
                        Set up
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          <Modal opened={open !== undefined} onClose={() => setOpen(undefined)} title={open?.name}>
            {open !== undefined && <Form provider={open} onClose={() => setOpen(undefined)} />}
          </Modal>
        </>
      )}
    </View>
  );
}
