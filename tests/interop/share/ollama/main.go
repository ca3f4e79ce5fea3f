// Renders conversations as Ollama does, by its own packages: its reader of Modelfiles and its templates. Reads jobs as
// JSON from stdin, and writes for each what the Modelfile says and the prompt of every conversation.
package main

import (
	"bytes"
	"encoding/json"
	"os"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/parser"
	"github.com/ollama/ollama/template"
)

type job struct {
	Modelfile     string
	Conversations []struct {
		Messages []api.Message
		Tools    api.Tools
	}
}

type result struct {
	Commands []parser.Command `json:"commands"`
	Prompts  []string         `json:"prompts"`
	Vars     []string         `json:"vars"`
	Error    string           `json:"error,omitempty"`
}

func render(one job) (made result, err error) {
	modelfile, err := parser.ParseFile(bytes.NewBufferString(one.Modelfile))
	if err != nil {
		return made, err
	}
	made.Commands = modelfile.Commands
	var text, system string
	for _, command := range modelfile.Commands {
		switch command.Name {
		case "template":
			text = command.Args
		case "system":
			system = command.Args
		}
	}
	parsed, err := template.Parse(text)
	if err != nil {
		return made, err
	}
	if made.Vars, err = parsed.Vars(); err != nil {
		return made, err
	}
	for _, conversation := range one.Conversations {
		messages := conversation.Messages
		// as its server does before it renders
		if system != "" && messages[0].Role != "system" {
			messages = append([]api.Message{{Role: "system", Content: system}}, messages...)
		}
		var prompt bytes.Buffer
		values := template.Values{Messages: messages, Tools: conversation.Tools}
		if err := parsed.Execute(&prompt, values); err != nil {
			return made, err
		}
		made.Prompts = append(made.Prompts, prompt.String())
	}
	return made, nil
}

func main() {
	var jobs []job
	if err := json.NewDecoder(os.Stdin).Decode(&jobs); err != nil {
		panic(err)
	}
	results := make([]result, len(jobs))
	for at, one := range jobs {
		made, err := render(one)
		if err != nil {
			made.Error = err.Error()
		}
		results[at] = made
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		panic(err)
	}
}
