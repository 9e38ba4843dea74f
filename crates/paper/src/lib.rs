//! Draws a bill as PDF and HTML, and charts as SVG.
