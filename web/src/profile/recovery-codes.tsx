import { Copy, Download } from "lucide-react";
import { Button, Dialog, toastError } from "@/ui";
import { useText } from "./text";

/** The codes, this once. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { factor: t } = useText();
  const text = `${codes.join("\n")}\n`;
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = "signalbox-recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const footer = (
    <>
      <Button icon={<Copy />} onClick={() => void navigator.clipboard.writeText(text).catch(toastError)}>
        {t.copyAll}
      </Button>
      <Button icon={<Download />} onClick={save}>
        {t.download}
      </Button>
      <Button variant="primary" onClick={onClose}>
        {t.kept}
      </Button>
    </>
  );
  return (
    <Dialog open onOpenChange={onClose} title={t.codesTitle} description={t.codes} footer={footer}>
      <ul className="grid grid-cols-2 gap-2 rounded-md border border-line bg-sunken p-3 font-mono text-sm">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </Dialog>
  );
}
