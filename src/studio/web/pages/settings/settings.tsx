// Settings: who is asked for text and with which key, the queue, the cache, the theme, and where things lie.
import { SegmentedControl, Stack, useMantineColorScheme } from "@mantine/core";
import { $api } from "../../api/client.ts";
import { Columns, Facts, Page, Panel } from "../../design/page.tsx";
import { View } from "../../design/states.tsx";
import { Providers } from "./providers.tsx";
import { WorkSettings } from "./work-settings.tsx";

function Theme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label="Theme"
      value={colorScheme}
      onChange={(value) => setColorScheme(value as "auto" | "light" | "dark")}
      data={[
        { value: "auto", label: "Same as system" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}

export function Settings() {
  const settings = $api.useQuery("get", "/api/settings", {});
  return (
    <Page title="Settings" lead="Commands and pages on this machine share these settings.">
      <Panel title="Providers">
        <Providers />
      </Panel>
      <Columns>
        <Panel title="Work">
          <View query={settings}>
            {(known) => <WorkSettings key={JSON.stringify(known)} known={known} />}
          </View>
        </Panel>
        <Stack gap="md">
          <Panel title="Look">
            <Theme />
          </Panel>
          <Panel title="Folders">
            <View query={settings} lines={2}>
              {({ data_dir: data, database_path: database }) => (
                <Facts
                  facts={[
                    { name: "Datasets", value: <code>{data}</code> },
                    { name: "Database", value: <code>{database}</code> },
                  ]}
                />
              )}
            </View>
          </Panel>
        </Stack>
      </Columns>
    </Page>
  );
}
