package diagram

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/mattn/go-runewidth"
)

// The measures of a picture, in pixels.
const (
	fontSize    = 12
	letterWidth = 7.25 // of a letter of the monospaced font
	lineHeight  = 16
	padding     = 10
	gap         = 18 // between boxes
	headHeight  = 24
	margin      = 16
	titleHeight = 44
)

// element is a part of a picture with all that is in it; places are relative to its
// upper left corner.
type element struct {
	width, height float64
	shapes        []string
	parts         []placed
	// over are shapes that are drawn above the parts.
	over []string
}

// placed is an element at a place.
type placed struct {
	x, y float64
	*element
}

func (p placed) bottom() float64 { return p.y + p.height }
func (p placed) right() float64  { return p.x + p.width }
func (p placed) center() float64 { return p.x + p.width/2 }

func (e *element) put(x, y float64, part *element) placed {
	at := placed{x, y, part}
	e.parts = append(e.parts, at)
	e.width, e.height = max(e.width, at.right()), max(e.height, at.bottom())
	return at
}

func (e *element) write(out *bytes.Buffer, x, y float64) {
	fmt.Fprintf(out, "<g transform=\"translate(%s,%s)\">\n", number(x), number(y))
	for _, each := range e.shapes {
		out.WriteString(each + "\n")
	}
	for _, each := range e.parts {
		each.write(out, each.x, each.y)
	}
	for _, each := range e.over {
		out.WriteString(each + "\n")
	}
	out.WriteString("</g>\n")
}

// number writes a length; a tenth of a pixel is enough.
func number(length float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", length), ".0")
}

func rectangle(class string, x, y, width, height float64) string {
	return fmt.Sprintf(`<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="6"/>`,
		class, number(x), number(y), number(width), number(height))
}

func write(class string, x, y float64, text string) string {
	return fmt.Sprintf(`<text class="%s" x="%s" y="%s">%s</text>`, class, number(x), number(y), html.EscapeString(text))
}

// tooltip is what a browser shows when the mouse is over the element.
func tooltip(text string) string { return "<title>" + html.EscapeString(text) + "</title>" }

func arrow(class, path string) string {
	return fmt.Sprintf(`<path class="edge %s" d="%s" marker-end="url(#%s)"/>`, class, path, class)
}

// widthOf is how wide a text is.
func widthOf(text string) float64 { return letterWidth * float64(runewidth.StringWidth(text)) }

// document makes a whole SVG of an element.
func document(title, subtitle string, content *element) []byte {
	const least = 320
	width := max(content.width, widthOf(title)*1.5, widthOf(subtitle), least) + 2*margin
	height := content.height + titleHeight + 2*margin
	var out bytes.Buffer
	fmt.Fprintf(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%[1]s\" height=\"%[2]s\" viewBox=\"0 0 %[1]s %[2]s\" role=\"img\">\n",
		number(width), number(height))
	fmt.Fprintf(&out, "<title>%s</title>\n<style>%s</style>\n<defs>%s</defs>\n", html.EscapeString(title), styleSheet(), markers())
	fmt.Fprintf(&out, "<rect class=\"paper\" width=\"%s\" height=\"%s\"/>\n", number(width), number(height))
	fmt.Fprintln(&out, write("title", margin, margin+14, title))
	fmt.Fprintln(&out, write("small", margin, margin+32, subtitle))
	content.write(&out, margin, margin+titleHeight)
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// edgeColors are the kinds of edges.
func edgeColors() []struct{ kind, color string } {
	return []struct{ kind, color string }{
		{"then", "#8a94a3"}, {"needs", "#5b6777"}, {"next", "#5b6777"}, {"success", "#2b8a4b"}, {"failure", "#c0392b"},
	}
}

func markers() string {
	var out strings.Builder
	for _, each := range edgeColors() {
		fmt.Fprintf(&out, `<marker id="%s" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0L8,4L0,8z" fill="%s"/></marker>`, each.kind, each.color)
	}
	return out.String()
}

// stepClasses is how many of the fills are for steps that hold no others.
const stepClasses = 6

// fills are the colors of the kinds of steps: those that call something, those that
// wait, those that compute, those that end, and those that hold others.
func fills() []struct{ class, fill, line string } {
	return []struct{ class, fill, line string }{
		{"call", "#e3efff", "#4c86d6"},
		{"child", "#e9e4ff", "#7d68d8"},
		{"plan", "#fdebd8", "#d98324"},
		{"wait", "#fff6cf", "#cdaa22"},
		{"set", "#eef1f4", "#97a3b0"},
		{"end", "#ffe1de", "#d1564a"},
		{"frame", "#ffffff", "#9aa7b6"},
		{"lane", "#f5f7fa", "#d3dae2"},
		{"catch", "#fff4f3", "#dd9188"},
		{"finally", "#f1f8f1", "#93bd95"},
		{"timeout", "#fffbe9", "#d9c266"},
	}
}

func styleSheet() string {
	var css strings.Builder
	fmt.Fprintf(&css, "text{font:%dpx ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2933}", fontSize)
	css.WriteString(".paper{fill:#fff}.title{font-size:18px;font-weight:700}.id{font-weight:700}.small{fill:#5b6777}.label{fill:#5b6777;font-size:11px}")
	css.WriteString(".success.label{fill:#2b8a4b}.failure.label{fill:#c0392b}")
	css.WriteString(".edge{fill:none;stroke-width:1.4}.edge.failure{stroke-dasharray:5 3}")
	for _, each := range edgeColors() {
		fmt.Fprintf(&css, ".edge.%s{stroke:%s}", each.kind, each.color)
	}
	for _, each := range fills() {
		fmt.Fprintf(&css, ".%s{fill:%s;stroke:%s}", each.class, each.fill, each.line)
	}
	css.WriteString(".frame{stroke-width:1.3}.lane,.catch,.finally,.timeout{stroke-dasharray:3 2}")
	return css.String()
}
