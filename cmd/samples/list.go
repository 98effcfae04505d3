package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	blueprint "dynamicsamples/blueprint/scenarios"
	childdispatch "dynamicsamples/childdispatch/scenarios"
	dynamicactivity "dynamicsamples/dynamicactivity/scenarios"
	dynamichandlers "dynamicsamples/dynamichandlers/scenarios"
	dynamicworkflow "dynamicsamples/dynamicworkflow/scenarios"
	"dynamicsamples/internal/scenario"
	messagepassing "dynamicsamples/messagepassing/scenarios"
	updatewithstart "dynamicsamples/updatewithstart/scenarios"
)

// allSamples lists the samples in the order in which a newcomer reads them.
func allSamples() []scenario.Sample {
	return []scenario.Sample{
		dynamicworkflow.Sample(),
		dynamicactivity.Sample(),
		messagepassing.Sample(),
		updatewithstart.Sample(),
		dynamichandlers.Sample(),
		childdispatch.Sample(),
		blueprint.Sample(),
	}
}

func newList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the samples and their scenarios",
		Args:  cobra.NoArgs,
		Run: func(command *cobra.Command, _ []string) {
			list(command.OutOrStdout())
		},
	}
}

func list(out io.Writer) {
	for i, sample := range allSamples() {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s: %s\n", sample.Name, sample.Idea)
		for _, scenario := range sample.Scenarios {
			fmt.Fprintf(out, "  %-34s %s\n", sample.Name+"/"+scenario.Name, scenario.Input)
		}
	}
}

// selectSamples returns the samples that the names ask for, each with the scenarios
// that they ask for: a name is a sample's, or a sample's and a scenario's with a
// slash between them. No name asks for everything.
func selectSamples(names []string) ([]scenario.Sample, error) {
	if len(names) == 0 {
		return allSamples(), nil
	}
	wanted := map[string][]string{}
	for _, name := range names {
		sample, scenario, _ := strings.Cut(name, "/")
		wanted[sample] = append(wanted[sample], scenario)
	}
	var selected []scenario.Sample
	var known []string
	for _, sample := range allSamples() {
		known = append(known, sample.Name)
		scenarios, asked := wanted[sample.Name]
		if !asked {
			continue
		}
		delete(wanted, sample.Name)
		narrowed, err := narrow(sample, scenarios)
		if err != nil {
			return nil, err
		}
		selected = append(selected, narrowed)
	}
	for name := range wanted {
		return nil, fmt.Errorf("no sample %q; there are %s", name, strings.Join(known, ", "))
	}
	return selected, nil
}

// narrow keeps the named scenarios of the sample; "" names them all.
func narrow(sample scenario.Sample, names []string) (scenario.Sample, error) {
	for _, name := range names {
		if name == "" {
			return sample, nil
		}
	}
	scenarios, err := sample.Select(names)
	sample.Scenarios = scenarios
	return sample, err
}
