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
        { value: "auto", label: "As the system" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}

export function Settings() {
  const settings = $api.useQuery("get", "/api/settings", {});
  return (
    <Page title="Settings" lead="For all of ft on this machine: commands and pages share them.">
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
          <Panel title="Where things lie">
            <View query={settings} lines={2}>
              {({ data_dir: data, database_path: database }) => (
                <Facts
                  facts={[
                    { name: "Data sets", value: <code>{data}</code> },
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
