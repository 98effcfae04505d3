package updatewithstart

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/scenario"
)

// CartID returns the workflow id of the cart with the name.
func CartID(name string) string { return "cart-" + name }

// OrderID returns the workflow id of the order with the number.
func OrderID(number string) string { return "order-" + number }

// Commands returns the starter's commands for going shopping by hand.
func Commands() []*cobra.Command {
	return []*cobra.Command{newAdd(), newCheckOut(), newShow(), newOrder()}
}

func newAdd() *cobra.Command {
	var cart, updateID string
	var added AddItem
	command := shoppingCommand("add", "Add an item to a cart, which is started if there is none",
		func(ctx context.Context, shop *Shop) (fmt.Stringer, error) {
			return shop.AddItem(ctx, CartID(cart), orUnique(updateID), added)
		})
	cartFlag(command, &cart)
	command.Flags().StringVar(&added.Item, "item", "apple", "the item's `NAME`: apple, bread, lamp, mango, saffron or yacht")
	command.Flags().IntVar(&added.Quantity, "quantity", 1, "how many `PIECES`")
	command.Flags().StringVar(&updateID, "update-id", "", "the request's `ID`, unique unless given; a repeated one counts once")
	return command
}

func newCheckOut() *cobra.Command {
	var cart, updateID string
	command := shoppingCommand("checkout", "Buy what a cart holds",
		func(ctx context.Context, shop *Shop) (fmt.Stringer, error) {
			return shop.CheckOut(ctx, CartID(cart), orUnique(updateID))
		})
	cartFlag(command, &cart)
	command.Flags().StringVar(&updateID, "update-id", "", "the request's `ID`, unique unless given")
	return command
}

func newShow() *cobra.Command {
	var cart string
	command := shoppingCommand("show", "Show what a cart holds, also after its checkout",
		func(ctx context.Context, shop *Shop) (fmt.Stringer, error) { return shop.Content(ctx, CartID(cart)) })
	cartFlag(command, &cart)
	return command
}

func newOrder() *cobra.Command {
	var order Order
	command := shoppingCommand("order", "Place an order, and return as soon as it is confirmed",
		func(ctx context.Context, shop *Shop) (fmt.Stringer, error) {
			confirmation, _, err := shop.PlaceOrder(ctx, OrderID(order.Number), order)
			return confirmation, err
		})
	flags := command.Flags()
	flags.StringVar(&order.Number, "number", "1", "the order's `NUMBER`; a repeated one is placed once")
	flags.Int64Var((*int64)(&order.Total), "total", 4_10, "what it costs, in `CENTS`")
	flags.StringVar(&order.Card, "card", "visa", "the `CARD` to charge; "+EmptyCard+" is declined")
	flags.StringVar(&order.Address, "address", "home", "the `PLACE` to ship to; "+RemoteAddress+" has no carrier")
	flags.DurationVar(&order.Packing, "packing", 30*time.Second, "how long it takes to pack")
	return command
}

func cartFlag(command *cobra.Command, cart *string) {
	command.Flags().StringVar(cart, "cart", "mycart", "the cart's `NAME`")
}

// shoppingCommand makes a command that does something in the shop, for at most
// scenario.Timeout, and prints the answer. A refusal is an error of the command.
func shoppingCommand(use, short string, do func(context.Context, *Shop) (fmt.Stringer, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs, SilenceErrors: true, SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(command.Context(), scenario.Timeout)
			defer cancel()
			return connect.Run(ctx, slog.LevelWarn, func(ctx context.Context, connection client.Client, _ client.Options) error {
				answer, err := do(ctx, NewShop(connection))
				var refused *temporal.ApplicationError
				if errors.As(err, &refused) {
					return fmt.Errorf("%s: %s", refused.Type(), refused.Message())
				}
				if err != nil {
					return err
				}
				fmt.Fprintln(command.OutOrStdout(), answer)
				return nil
			})
		},
	}
}

func orUnique(updateID string) string {
	if updateID == "" {
		return rand.Text()
	}
	return updateID
}
