// Package messagepassing shows what messages do to a Workflow: Queries read its state,
// Signals change it without an answer, Updates change it and answer. Each file is one
// small Workflow and one idea: a greeting with all three kinds of message, messages from
// one Workflow to another, work that a main loop does for its handlers, handlers that
// compensate when the Workflow ends before them, handlers that may be abandoned, and a
// cluster manager that stays correct while handlers overlap and runs continue as new. In
// all of them the state exists before any handler can run, handlers are set before
// anything blocks, and no run ends while a handler is running.
package messagepassing

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"go.temporal.io/sdk/workflow"
)

// Messages of Greeting.
const (
	// LanguagesQuery takes a LanguagesInput and returns languages, sorted.
	LanguagesQuery = "languages"
	// LanguageQuery returns the language that is set.
	LanguageQuery = "language"
	// ApproveSignal takes an Approval and lets the workflow end.
	ApproveSignal = "approve"
	// SetLanguageUpdate takes a language that the workflow knows and returns the one
	// that was set before. It is rejected with UnsupportedLanguage or InvalidMessage.
	SetLanguageUpdate = "set-language"
	// LearnLanguageUpdate does the same for any language, and asks the greeting
	// service for one that the workflow does not know. It fails with
	// UnsupportedLanguage after it was accepted.
	LearnLanguageUpdate = "learn-language"
)

// UnsupportedLanguage is the type of the ApplicationError for a language that the
// Workflow does not know, or that the greeting service does not have.
const UnsupportedLanguage = "UnsupportedLanguage"

// GreetingInput is the input of Greeting.
type GreetingInput struct {
	// Language is set at first; "" stands for english.
	Language string `json:"language"`
}

// LanguagesInput is the argument of LanguagesQuery. It is a struct, though it has
// but one field, so that another can be added without breaking any caller.
type LanguagesInput struct {
	// IncludeUnsupported asks for what the greeting service knows, too.
	IncludeUnsupported bool `json:"include_unsupported"`
}

// Approval is the argument of ApproveSignal.
type Approval struct {
	Name string `json:"name"`
}

type greeting struct {
	language   string
	greetings  map[string]string // by language
	approvedBy string
	approvals  workflow.ReceiveChannel
	lock       *fairLock
}

// Greeting waits for an approval and returns the greeting in the language that is
// then set. It fails with UnsupportedLanguage when it is started in a language that
// it does not know.
func Greeting(ctx workflow.Context, input GreetingInput) (string, error) {
	state := newGreeting(ctx, input)
	if err := state.checkKnown(state.language); err != nil {
		return "", err
	}
	// Nothing has blocked so far: a message that arrives with the start, or before a
	// Worker is up, finds its handler, and the handler finds the input.
	if err := state.setHandlers(ctx); err != nil {
		return "", err
	}
	err := state.waitForApproval(ctx)
	waitForHandlers(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (approved by %s)", state.greetings[state.language], state.approvedBy), nil
}

func newGreeting(ctx workflow.Context, input GreetingInput) *greeting {
	return &greeting{
		language:  cmp.Or(input.Language, "english"),
		greetings: map[string]string{"chinese": "你好，世界", "english": "Hello, world"},
		approvals: workflow.GetSignalChannelWithOptions(ctx, ApproveSignal, workflow.SignalChannelOptions{
			Description: "Let the workflow end",
		}),
		lock: &fairLock{},
	}
}

func (g *greeting) setHandlers(ctx workflow.Context) error {
	return cmp.Or(
		// The Web UI and the command line show the descriptions.
		workflow.SetQueryHandlerWithOptions(ctx, LanguagesQuery, g.languages, workflow.QueryHandlerOptions{
			Description: "The languages that can be set",
		}),
		workflow.SetQueryHandlerWithOptions(ctx, LanguageQuery, g.currentLanguage, workflow.QueryHandlerOptions{
			Description: "The language that is set",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, SetLanguageUpdate, g.setLanguage, workflow.UpdateHandlerOptions{
			Validator:   g.validateSetLanguage,
			Description: "Set a language that the workflow knows",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, LearnLanguageUpdate, g.learnLanguage, workflow.UpdateHandlerOptions{
			Validator:   validateLearnLanguage,
			Description: "Set a language, fetching its greeting when it is not known",
		}),
	)
}

// languages reads the state and must not change it: a Query leaves nothing in the Event
// History, so a replay would not repeat the change.
func (g *greeting) languages(input LanguagesInput) ([]string, error) {
	if input.IncludeUnsupported {
		return serviceLanguages(), nil
	}
	return workflow.DeterministicKeys(g.greetings), nil
}

func (g *greeting) currentLanguage() (string, error) { return g.language, nil }

// waitForApproval takes approvals until one names its sender. A Signal cannot be
// refused, so an invalid one is logged and ignored.
func (g *greeting) waitForApproval(ctx workflow.Context) error {
	for g.approvedBy == "" {
		if err := workflow.Await(ctx, func() bool { return g.approvals.Len() > 0 }); err != nil {
			return err
		}
		receiveAll(g.approvals, func(approval Approval) { g.approve(ctx, approval) })
	}
	return nil
}

// approve takes the first valid approval. One with a misspelled field has no name.
func (g *greeting) approve(ctx workflow.Context, approval Approval) {
	err := checkText("name", approval.Name)
	switch {
	case err != nil:
		ignoreSignal(ctx, ApproveSignal, err)
	case g.approvedBy == "":
		g.approvedBy = approval.Name
	}
}

// validateSetLanguage rejects before anything is written to the Event History. It only
// reads: a validator does not run again on replay, so what it changed would be lost.
func (g *greeting) validateSetLanguage(_ workflow.Context, language string) error {
	return g.checkKnown(language)
}

func (g *greeting) checkKnown(language string) error {
	if err := checkText("language", language); err != nil {
		return err
	}
	if _, known := g.greetings[language]; !known {
		return failure(UnsupportedLanguage, "language %q is not supported", language)
	}
	return nil
}

func (g *greeting) setLanguage(_ workflow.Context, language string) (string, error) {
	previous := g.language
	g.language = language
	return previous, nil
}

// validateLearnLanguage cannot ask the greeting service: a validator may not block.
func validateLearnLanguage(_ workflow.Context, language string) error {
	return checkText("language", language)
}

// learnLanguage holds the lock from the look at the greetings to their change. The
// Activity lets other handlers run, so without the lock two callers who want the
// same language would both fetch it, and the slower answer would win.
func (g *greeting) learnLanguage(ctx workflow.Context, language string) (string, error) {
	unlock, err := g.lock.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, known := g.greetings[language]; !known {
		text, err := fetchGreeting(ctx, language)
		if err != nil {
			return "", err
		}
		g.greetings[language] = text
	}
	return g.setLanguage(ctx, language)
}

// fetchGreeting uses the context that it is given, which is the handler's own. The
// Workflow's belongs to the main coroutine, and blocking on it here would panic.
func fetchGreeting(ctx workflow.Context, language string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, activityOptions("language "+language))
	var text string
	// A failure is returned as it is: wrapped by fmt.Errorf, it would lose its type
	// for the caller of the Update.
	err := workflow.ExecuteActivity(ctx, FetchGreeting, language).Get(ctx, &text)
	return text, err
}

// FetchGreeting stands for a call to a remote greeting service. It fails with
// UnsupportedLanguage for a language that the service does not have.
func FetchGreeting(_ context.Context, language string) (string, error) {
	text, found := greetingsOfTheService()[language]
	if !found {
		return "", failure(UnsupportedLanguage, "the greeting service does not support %q", language)
	}
	return text, nil
}

func serviceLanguages() []string {
	return slices.Sorted(maps.Keys(greetingsOfTheService()))
}

func greetingsOfTheService() map[string]string {
	return map[string]string{
		"arabic":  "مرحبا بالعالم",
		"chinese": "你好，世界",
		"english": "Hello, world",
		"french":  "Bonjour, monde",
		"hindi":   "नमस्ते दुनिया",
		"spanish": "Hola, mundo",
	}
}
