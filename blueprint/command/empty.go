package command

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// refuseEmpty refuses an argument, or the value of a flag, that is given and has nothing in it. It is a
// variable of a script that nobody has set: without it the command would mean something else.
func refuseEmpty(command *cobra.Command, arguments []string) error {
	at := slices.Index(arguments, "")
	if at >= 0 {
		return fmt.Errorf("argument %d of %q is empty", at+1, command.Use)
	}
	var err error
	command.Flags().Visit(func(flag *pflag.Flag) {
		if isOwn(command, flag) && isEmpty(flag) && err == nil {
			err = fmt.Errorf("--%s is empty: leave it out, or give it a value", flag.Name)
		}
	})
	return err
}

// isOwn reports whether a flag is one of these commands, and not of a program that holds them. Who
// asks and why may be left open.
func isOwn(command *cobra.Command, flag *pflag.Flag) bool {
	if slices.Contains([]string{"by", "note"}, flag.Name) {
		return false
	}
	return command.InheritedFlags().Lookup(flag.Name) == nil || slices.Contains([]string{"catalog", "task-queue"}, flag.Name)
}

func isEmpty(flag *pflag.Flag) bool {
	if list, is := flag.Value.(pflag.SliceValue); is {
		return len(list.GetSlice()) == 0 || slices.Contains(list.GetSlice(), "")
	}
	return flag.Value.String() == ""
}
